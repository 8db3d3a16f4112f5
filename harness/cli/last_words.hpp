/// What the program says where it cannot even throw.
#pragma once

namespace smdm {

/// From now on an exception that nothing can catch, as it came out of a thread, a destructor or a
/// library's constructor, ends the program as every other error does: with one line on standard
/// error and exit code 1, without a signal.
void end_with_one_line() noexcept;

}  // namespace smdm
