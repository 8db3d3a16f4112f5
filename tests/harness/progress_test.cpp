// Progress on terminals of any width: always one line, which its own beginning can erase.
#include "harness/run/progress.hpp"

#include <array>
#include <stdexcept>

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text/width.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {
namespace {

using test::contains;

/// A terminal behind standard error while it lives.
class Terminal {
 public:
  explicit Terminal(unsigned short columns) : before_(dup(STDERR_FILENO)) {
    winsize size{};
    size.ws_row = 24;
    size.ws_col = columns;
    int inner = -1;
    if (openpty(&outer_, &inner, nullptr, nullptr, &size) != 0)
      throw std::runtime_error("no terminal to be had");
    dup2(inner, STDERR_FILENO);
    close(inner);
  }
  ~Terminal() {
    dup2(before_, STDERR_FILENO);
    close(before_);
    close(outer_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// What was written so far; at least one byte.
  [[nodiscard]] std::string text() const {
    // Several writes may arrive one after the other, each as soon as the system hands it on.
    constexpr int kQuietMilliseconds = 100;
    std::string all;
    pollfd waiting{.fd = outer_, .events = POLLIN, .revents = 0};
    do {
      std::array<char, 4096> bytes{};
      const auto count = read(outer_, bytes.data(), bytes.size());
      if (count <= 0) break;
      all.append(bytes.data(), static_cast<std::size_t>(count));
    } while (poll(&waiting, 1, kQuietMilliseconds) > 0);
    return all;
  }

  void resize(unsigned short columns) const {
    winsize size{};
    size.ws_row = 24;
    size.ws_col = columns;
    ioctl(outer_, TIOCSWINSZ, &size);
  }

 private:
  int before_;
  int outer_ = -1;
};

constexpr const char* kErase = "\r\033[K";

/// The line that a terminal of this width gets for a whole work of one document.
std::string shown_at(unsigned short columns) {
  const Terminal terminal(columns);
  Progress progress("temporal_shift_2024", 1, "documents");
  progress.note("loss 1.2345");
  progress.advance();
  const auto text = terminal.text();
  REQUIRE(text.starts_with(kErase));
  return text.substr(std::string_view(kErase).size());
}

}  // namespace

TEST_CASE("a line of progress is never wider than its terminal") {
  CHECK(contains(shown_at(200), "[##############################] 1/1 documents"));
  CHECK(contains(shown_at(200), ", loss 1.2345"));
  for (const int columns : {100, 80, 60, 40, 20, 2, 1}) {
    CAPTURE(columns);
    const auto line = shown_at(static_cast<unsigned short>(columns));
    CHECK(static_cast<int>(display_width(line)) < columns);
  }
  CHECK(contains(shown_at(60), "temporal_shift_2024 1/1 documents, "));  // numbers before the bar
  CHECK(display_width(shown_at(0)) < 80);  // a terminal that does not know its width
}

TEST_CASE("the width is that of the terminal when a line is shown") {
  const Terminal terminal(200);
  terminal.resize(30);
  Progress progress("temporal_shift_2024", 1, "documents");
  progress.advance();
  CHECK(display_width(terminal.text()) - display_width(kErase) < 30);
}

TEST_CASE("widths are columns, and names obey nobody") {
  CHECK(terminal_line("漢字", "[#]", "1/2", 12) == "漢字 1/2");
  CHECK(terminal_line("漢字", "[#]", "1/2", 13) == "漢字 [#] 1/2");
  CHECK(terminal_line("漢字", "[#]", "1/2", 4) == "漢");
  CHECK(terminal_line("a\x1b[2J", "[#]", "1/2", 80) == "a\\x1b[2J [#] 1/2");
}

}  // namespace smdm
