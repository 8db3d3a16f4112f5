/// A configuration file as TOML 1.0 has it: keys with their values at the top level.
#pragma once

#include <string>
#include <vector>

#include "base/json.hpp"

namespace smdm {

/// One `key = value` of a configuration file.
struct ConfigEntry {
  std::string where;  ///< "run.toml:3:1": file, line and column of the key, from 1
  std::string key;
  /// A truth value, a whole number of 64 bits, a floating-point number (which may be infinite, or
  /// none), a text, or a list of these.
  Json value;
};

/// Reads a configuration file, or a pipe to its end.
/// @return its entries in the order of the file
/// @throws Error(usage)  if it cannot be read, with the system's reason; with file, line and column
///                       if it is not TOML 1.0, a key stands twice, or it holds tables, dates,
///                       times or lists of lists
[[nodiscard]] std::vector<ConfigEntry> read_toml(const std::string& file);

}  // namespace smdm
