/// `smdm-eval cache stats|prune|verify FILE`: what lies in a file of answers (docs/runs.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
}

namespace smdm {

struct CacheSettings {
  CLI::App* stats_command = nullptr;  ///< which of the jobs was asked for
  CLI::App* prune_command = nullptr;
  CLI::App* verify_command = nullptr;
  std::string file;
  std::optional<std::string> size;   ///< "500M"
  std::optional<std::string> age;    ///< "30d"
  std::optional<std::string> model;  ///< beginning of the digest of its weights
  bool json = false;                 ///< of the stats
};

/// Adds the subcommand. @return it, to ask whether it was chosen
CLI::App* add_cache(CLI::App& app, CacheSettings& settings);

/// @throws Error(usage)    for a size or an age that is none
/// @throws Error(results)  if the file is missing, damaged or no cache
void run_cache(const CacheSettings& settings);

/// A number with a unit as its last letter, or with none: the number times the unit's size.
/// @param units   pairs of a letter and its size, e.g. {{'d', 86400}}
/// @param option  names it in the error, @param wanted says what it may be
/// @throws Error(usage)
[[nodiscard]] std::int64_t amount_of(const std::string& text,
                                     const std::vector<std::pair<char, std::int64_t>>& units,
                                     const std::string& option,
                                     const std::string& wanted);

}  // namespace smdm
