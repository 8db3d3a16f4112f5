#include "harness/cli/last_words.hpp"

#include <exception>
#include <new>
#include <string>

#include <unistd.h>

#include "base/error.hpp"
#include "base/files/pending.hpp"
#include "base/files/signals.hpp"
#include "base/text/visible.hpp"

namespace smdm {
namespace {

void say_what(const std::exception& error) noexcept {
  try {
    say_error(visible(one_line(error)));
  } catch (...) {
    say_error("memory is out");
  }
}

[[noreturn]] void end() noexcept {
  remove_pending_files();
  try {
    if (const auto error = std::current_exception()) std::rethrow_exception(error);
    say_error("the program ended itself");
  } catch (const std::bad_alloc&) {
    say_error("memory is out");
  } catch (const std::exception& error) {
    say_what(error);
  } catch (...) {
    say_error("an exception of an unknown kind");
  }
  // Destructors would work on what the exception left half done.
  ::_exit(static_cast<int>(ErrorKind::failure));
}

}  // namespace

std::string error_line(const std::exception& error) {
  return std::string(kErrorBegin) + visible(one_line(error)) + "\n";
}

void end_with_one_line() noexcept {
  std::set_terminate(end);
}

}  // namespace smdm
