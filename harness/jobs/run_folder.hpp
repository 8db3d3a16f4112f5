/// Where runs go when nobody says where.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/files/atomic.hpp"
#include "harness/jobs/embedded.hpp"
#include "harness/settings/table.hpp"

namespace smdm {

/// The folder of such runs, in the caller's working directory.
inline constexpr const char* kRuns = "runs";

/// Folders made for runs before their work began: those that are still empty at the end go again,
/// and kRuns with them, unless it was there before.
class MadeFolders {
 public:
  MadeFolders();
  ~MadeFolders();
  MadeFolders(const MadeFolders&) = delete;
  MadeFolders& operator=(const MadeFolders&) = delete;

  /// A folder that was made. @return it
  std::string add(const std::string& folder);

  /// A folder that is going to be made, with those above it that are missing; what is there already
  /// is not this run's to remove. Call it before they are made. @return the folder
  std::string add_missing(const std::string& folder);

 private:
  bool had_runs_ = false;
  std::vector<std::unique_ptr<const MissingFolders>> missing_;
  std::vector<std::string> folders_;  ///< those below others behind them
};

/// Makes the folder "runs/<date>-<model>-<tasks of the part>" of a part, UTC; a number behind it
/// where there is one already. @return its path
/// @throws Error(results)  if it cannot be made
[[nodiscard]] std::string make_default_folder(const EvaluationPart& part,
                                              std::chrono::system_clock::time_point start);

/// Likewise for everything that the settings ask for, now.
[[nodiscard]] std::string make_default_folder(const Settings& settings);

}  // namespace smdm
