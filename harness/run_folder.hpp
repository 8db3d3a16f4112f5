/// Where runs go when nobody says where.
#pragma once

#include <chrono>
#include <string>

#include "harness/embedded.hpp"
#include "harness/settings.hpp"

namespace smdm {

/// The folder of such runs, in the caller's working directory.
inline constexpr const char* kRuns = "runs";

/// Makes the folder "runs/<date>-<model>-<task>" of a part, UTC; a number behind it where there is
/// one already. @return its path
/// @throws ResultsError  if it cannot be made
[[nodiscard]] std::string make_default_folder(const EvaluationPart& part,
                                              std::chrono::system_clock::time_point start);

/// Likewise for everything that the settings ask for, now.
[[nodiscard]] std::string make_default_folder(const Settings& settings);

}  // namespace smdm
