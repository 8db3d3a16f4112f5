/// The harness's own errors, and what each kind of error makes of the exit code (docs/cli.md).
#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>

namespace smdm {

/// The command line or a configuration file asks for something that cannot be.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// @throws UsageError  "<option>: wanted <wanted>, got <came>"
[[noreturn]] void refuse(const std::string& option,
                         const std::string& wanted,
                         const std::string& came);

/// A request cannot be computed: empty continuation, too long, ids out of range.
class RequestError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A run is worse than the baseline of a gate.
class GateFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class ExitCode : std::uint8_t {
  ok = 0,
  failure = 1,     ///< none of those below: a fault of the program or of the machine
  usage = 2,       ///< options, configuration file, unknown task
  data = 3,        ///< benchmark data, request or prompt files
  checkpoint = 4,  ///< weights, configuration, tokenizer
  request = 5,     ///< a request that this model cannot compute
  results = 6,     ///< results files: cannot be written, exist, or are not what was wanted
  training = 7,    ///< training cannot go on: a loss that is not finite
  gate = 8,        ///< a run is worse than its baseline
};

/// The code of an error in flight.
[[nodiscard]] ExitCode exit_code(const std::exception& error) noexcept;

/// An error's text on one line.
[[nodiscard]] std::string one_line(const std::exception& error);

}  // namespace smdm
