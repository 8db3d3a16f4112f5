/// Options with values, the same for the program and all its subcommands: how a value is read, and
/// what is refused.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
class Validator;
}  // namespace CLI

namespace smdm {

/// Adds an option that is given once, or many times if T is a list. A value that is empty, or that
/// is itself an option of `app` (the real value was forgotten), is refused; numbers are read by
/// read_number(). A wrong value is Error(usage), thrown while the command line is parsed.
/// @tparam T      std::string, a number, an std::optional of either, or a list of strings
/// @param names   as CLI11 takes them: "--limit,-L", or a bare name for what stands without one
/// @param value   is written where the option is given; lives as long as `app`
template <typename T>
CLI::Option* add_value(CLI::App& app,
                       const std::string& names,
                       T& value,
                       const std::string& help = "");

/// A check of an option: only these values, each of its list.
[[nodiscard]] CLI::Validator one_of(const std::vector<std::string>& allowed);

/// What is wrong with a value of a closed choice: "wanted bf16 or f32, got bf61: did you mean
/// bf16?". Nothing, if it is one of those allowed.
[[nodiscard]] std::optional<std::string> fault_of_choice(const std::vector<std::string>& allowed,
                                                         const std::string& came);

}  // namespace smdm
