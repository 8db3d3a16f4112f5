/// Runs the built program as a user would.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/support/support.hpp"

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

/// A program that runs beside the test, in a group of its own; it is killed with the object.
class StartedProgram {
 public:
  StartedProgram(const std::string& program, const std::vector<std::string>& arguments);
  ~StartedProgram();
  StartedProgram(const StartedProgram&) = delete;
  StartedProgram& operator=(const StartedProgram&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// What it has written on standard error so far.
  [[nodiscard]] std::string err() const;

  /// A signal. A program that is paused goes on.
  void send(int signal) const;

  /// Stops it where it is, until it goes on. False where it has ended.
  [[nodiscard]] bool pause();
  void go_on() const;

  /// Whether it still runs.
  [[nodiscard]] bool runs();

  /// Waits for its end. A program that is paused goes on.
  CommandResult wait();

 private:
  TemporaryFolder folder_;
  pid_t pid_ = -1;
  bool ended_ = false;
  int status_ = 0;
};

/// Lines of a text, without empty ones.
std::vector<std::string> lines_of(const std::string& text);

}  // namespace smdm::test
