/// `--dtype auto`: which arithmetic a model is computed in where nobody says it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <c10/core/Device.h>

#include "models/checkpoint.hpp"
#include "models/model_info.hpp"

namespace smdm {

/// What was chosen, and one line for people that says why; no line where it is the only choice.
struct DtypeChoice {
  ComputeType compute = ComputeType::f32;
  std::string line;  ///< "auto: float32, 4.4 GB of weights, 12.3 GB free"
};

/// The rule. SMDM's models: float32. Others on the CPU: float32 where the weights fit into the
/// memory that is free, else bfloat16. On a GPU: as stored, bfloat16 as itself and the other types
/// as float32, which holds float16 exactly; bfloat16 where that does not fit.
/// @param free  bytes, of the memory that the weights will lie in; nothing: not known, taken as
///              enough
[[nodiscard]] DtypeChoice chosen_dtype(const ModelConfig& config,
                                       const StoredWeights& weights,
                                       bool on_cpu,
                                       std::optional<std::uint64_t> free);

/// The rule on a device of this machine, now.
/// @param sharers  processes of this machine that load the same weights
[[nodiscard]] DtypeChoice chosen_dtype(const ModelConfig& config,
                                       const StoredWeights& weights,
                                       c10::Device device,
                                       int sharers = 1);

/// Bytes that are free where a device keeps weights, if that is known.
[[nodiscard]] std::optional<std::uint64_t> free_memory_of(c10::Device device);

/// "4.4 GB": bytes in units of 10^9, of 10^6 below that, with one digit.
[[nodiscard]] std::string size_text(std::uint64_t bytes);

}  // namespace smdm
