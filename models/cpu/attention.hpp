#pragma once

#include <span>

#include <ATen/core/Tensor.h>

#include "models/attention.hpp"

namespace smdm::cpu {

/// attend() for tensors in this machine's memory. A query's bits depend on its row and what stands
/// around it alone: not on other rows, threads, how many of the row's queries come in one call, or
/// which of its keys are held for it.
void attend(const Projections& projections,
            const PackedRows& rows,
            std::span<const Past> past,
            bool causal,
            at::Tensor& out);

}  // namespace smdm::cpu
