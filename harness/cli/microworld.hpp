/// `smdm-eval microworld`: writes the micro world of a seed (docs/microworld.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace smdm {

struct MicroworldSettings {
  std::uint32_t seed = 0;
  std::optional<std::uint32_t> rows;           ///< of the tests that can have any number
  std::optional<std::uint32_t> training_rows;  ///< of base
  std::string output;  ///< a folder that does not exist yet, or an empty one
};

/// Adds the subcommand. @return it, to ask whether it was chosen
CLI::App* add_microworld(CLI::App& app, MicroworldSettings& settings);

/// Writes the world, the whole folder or nothing.
/// @throws Error(usage)    if so many different test rows cannot be had
/// @throws Error(results)  if the folder holds something, or cannot be written
void run_microworld(const MicroworldSettings& settings);

}  // namespace smdm
