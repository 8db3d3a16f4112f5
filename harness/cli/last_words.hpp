/// What the program says at its end, also where it cannot even throw.
#pragma once

#include <exception>
#include <string>

namespace smdm {

/// How the program tells of an error: "smdm-eval: error: ..." and the end of the line, with what a
/// terminal would obey written out.
[[nodiscard]] std::string error_line(const std::exception& error);

/// From now on an exception that nothing can catch, as it came out of a thread, a destructor or a
/// library's constructor, ends the program as every other error does: with one line on standard
/// error and exit code 1, without a signal.
void end_with_one_line() noexcept;

}  // namespace smdm
