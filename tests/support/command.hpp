/// Runs the built program as a user would.
#pragma once

#include <string>
#include <vector>

namespace smdm::test {

struct CommandResult {
  int code = 0;  ///< exit code, or 128 + signal
  std::string out;
  std::string err;
};

/// @param program  path, or a name on PATH; no shell is involved
CommandResult run_command(const std::string& program, const std::vector<std::string>& arguments);

/// smdm-eval of this build.
CommandResult smdm_eval(const std::vector<std::string>& arguments);

/// Lines of a text, without empty ones.
std::vector<std::string> lines_of(const std::string& text);

}  // namespace smdm::test
