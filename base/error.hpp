/// The one error type that users meet. Its kind says whose fault it is, and the program's exit code
/// follows from the kind (docs/cli.md). What breaks a contract between functions is
/// std::invalid_argument instead: a fault of the program.
#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>

namespace smdm {

/// Whose fault an error is. The numbers are the program's exit codes, so they never change.
enum class ErrorKind : std::uint8_t {
  failure = 1,     ///< none of those below: a fault of the program or of the machine
  usage = 2,       ///< options, configuration file, unknown task
  data = 3,        ///< benchmark data, request or prompt files
  checkpoint = 4,  ///< weights, configuration, tokenizer; a model that gives no numbers
  request = 5,     ///< a request that this model cannot compute: too long, ids out of range
  results = 6,     ///< results files: cannot be written, exist, or are not what was wanted
  training = 7,    ///< training cannot go on: a loss that is not finite
  gate = 8,        ///< a run is worse than its baseline
};

/// An error with one line of text for people: where, what was wanted, what came.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& text) : std::runtime_error(text), kind_(kind) {}

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

/// The program's exit code for an error in flight: its kind, or 1 for what is no Error.
[[nodiscard]] int exit_code(const std::exception& error) noexcept;

/// An error's text on one line, without the stack trace that libraries append to theirs.
[[nodiscard]] std::string one_line(const std::exception& error);

}  // namespace smdm
