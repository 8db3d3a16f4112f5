#include "harness/cli/last_words.hpp"

#include <exception>
#include <new>
#include <string>
#include <string_view>

#include <unistd.h>

#include "base/error.hpp"
#include "base/files/pending.hpp"
#include "base/text/visible.hpp"

namespace smdm {
namespace {

constexpr const char* kBegin = "smdm-eval: error: ";

/// To standard error, without memory of its own.
void say(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;  // nobody is left to be told
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void say_line(std::string_view text) noexcept {
  say(kBegin);
  say(text);
  say("\n");
}

void say_what(const std::exception& error) noexcept {
  try {
    say(error_line(error));
  } catch (...) {
    say_line("memory is out");
  }
}

[[noreturn]] void end() noexcept {
  remove_pending_files();
  try {
    if (const auto error = std::current_exception()) std::rethrow_exception(error);
    say_line("the program ended itself");
  } catch (const std::bad_alloc&) {
    say_line("memory is out");
  } catch (const std::exception& error) {
    say_what(error);
  } catch (...) {
    say_line("an exception of an unknown kind");
  }
  // Destructors would work on what the exception left half done.
  ::_exit(static_cast<int>(ErrorKind::failure));
}

}  // namespace

std::string error_line(const std::exception& error) {
  return kBegin + visible(one_line(error)) + "\n";
}

void end_with_one_line() noexcept {
  std::set_terminate(end);
}

}  // namespace smdm
