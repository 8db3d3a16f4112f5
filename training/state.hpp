/// The file from which training goes on.
#pragma once

#include <filesystem>
#include <optional>

#include "base/json.hpp"
#include "training/stepper.hpp"

namespace smdm::training {

inline constexpr const char* kStateFile = "training_state.safetensors";

/// Writes folder/kStateFile in place of an older one, atomically.
/// @param settings  everything that the training's numbers depend on
/// @throws Error(results)  with the system's reason: a full disk, say; the older file stays
void write_state(const std::filesystem::path& folder,
                 const TrainingState& state,
                 const Json& settings);

/// Reads it back, bit for bit; empty where there is none.
/// @param settings  of the training that goes on
/// @throws Error(checkpoint)  if the file is damaged, or was made with other settings, naming the
/// first that differs: what it was and what is asked for
[[nodiscard]] std::optional<TrainingState> read_state(const std::filesystem::path& folder,
                                                      const ParameterLayout& layout,
                                                      const Json& settings);

}  // namespace smdm::training
