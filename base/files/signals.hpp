/// What a process does with its standard streams and with signals, set up once when it starts.
///
/// A program that this file is linked into gives standard input, output and error a file where it
/// was started without, before its libraries start: nothing that is opened later can then take
/// their place and have messages written into it. Using them still fails: input is opened for
/// writing only, output and error for reading only.
#pragma once

#include <string_view>

namespace smdm {

/// How the program's errors begin.
inline constexpr std::string_view kErrorBegin = "smdm-eval: error: ";

/// One line of error on standard error, without memory of its own: for moments in which nothing
/// else works. May be called in a signal handler.
void say_error(std::string_view first, std::string_view second = "") noexcept;

/// From here on
///   a closed pipe and a file over the limit of its size   are errors of the write (SIGPIPE,
///                                                          SIGXFSZ)
///   a mapped file that was cut short                       is one line and an exit code (SIGBUS)
///   a signal that ends the program                         ends it as it would have, without our
///                                                          files under construction
void handle_signals() noexcept;

}  // namespace smdm
