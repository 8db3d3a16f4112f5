/// Loss on rows that are not trained on, comparable between steps, seeds and ways to train.
#pragma once

#include <cstdint>

#include "training/corpus.hpp"
#include "training/network.hpp"

namespace smdm::training {

/// Nats per learnable token over all rows: exact for an autoregressive model; for masked diffusion
/// an unbiased estimate of the evidence lower bound with ExactMasks, whose masks depend on the
/// corpus alone.
/// @param tokens_per_forward  rows are computed together up to so many tokens
[[nodiscard]] double validation_loss(const Network& network,
                                     ModelKind kind,
                                     std::int64_t mask_id,
                                     const Corpus& corpus,
                                     std::int64_t tokens_per_forward);

}  // namespace smdm::training
