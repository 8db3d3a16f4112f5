/// Where runs go when nobody says where.
#pragma once

#include <chrono>
#include <string>

#include "harness/embedded.hpp"
#include "harness/settings.hpp"

namespace smdm {

/// The folder of such runs, in the caller's working directory.
inline constexpr const char* kRuns = "runs";

/// "runs/<date>-<model>-<task>" of a part, UTC; a number behind it where such a folder exists.
[[nodiscard]] std::string default_folder(const EvaluationPart& part,
                                         std::chrono::system_clock::time_point start);

/// "<date>-<model>-<task>" of everything that the settings ask for, now.
[[nodiscard]] std::string name_of_run(const Settings& settings);

}  // namespace smdm
