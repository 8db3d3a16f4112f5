/// The one list of formats of checkpoints, and what is asked of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "models/formats/format.hpp"

namespace smdm {

/// All formats; a new one is a file that makes it and a line here.
[[nodiscard]] std::span<const ModelFormat> all_formats();

/// A configuration and the format that it is of, one of all_formats().
struct FormattedConfig {
  const ModelFormat* format = nullptr;
  ModelConfig config;
};

/// The format that a configuration file is of, one of all_formats(); null for one of none of them.
/// @throws Error(checkpoint)  if the file cannot be read or is not a JSON object
[[nodiscard]] const ModelFormat* format_of_config(const std::filesystem::path& path);

/// Reads a configuration file of any format.
/// @throws Error(checkpoint)  naming the file: with the formats there are if it is of none of them,
///                            else with the field: what was wanted and what came
[[nodiscard]] FormattedConfig recognise_config(const std::filesystem::path& path);

/// recognise_config() without the format.
[[nodiscard]] ModelConfig read_config(const std::filesystem::path& path);

/// The sizes of the published family in millions of parameters, 6 to 2121.
[[nodiscard]] std::vector<std::int64_t> family_sizes();

/// The published configuration of a size, and its format.
/// @throws Error(checkpoint)  if there is no such size; the text lists those there are
[[nodiscard]] FormattedConfig published_config(std::int64_t millions);

/// published_config() without the format.
[[nodiscard]] ModelConfig family_config(std::int64_t millions);

}  // namespace smdm
