// Text of files on a terminal: what is written out, how wide it is, and errors on one line.
#include "base/text/visible.hpp"

#include <new>
#include <stdexcept>

#include "base/error.hpp"
#include "base/text/width.hpp"
#include "tests/support/catch.hpp"

namespace smdm {

TEST_CASE("what a terminal would obey is written out, everything else stays") {
  CHECK(visible("plain \\ text, é 漢字 \U0001F600") == "plain \\ text, é 漢字 \U0001F600");
  CHECK(visible("a\x1b[31mred") == "a\\x1b[31mred");
  CHECK(visible(std::string_view("\0\a\x7f", 3)) == "\\x00\\x07\\x7f");
  CHECK(visible("a\r\n\tb") == "a\\r\\n\\tb");
  CHECK(visible("\u0085\u009b2J") == "\\u0085\\u009b2J");  // control characters of two bytes
  CHECK(visible("\u00a0") == "\u00a0");
  CHECK(visible("\u202etxt.exe\u2066\u2069\u2028") == "\\u202etxt.exe\\u2066\\u2069\\u2028");
  CHECK(visible("\u202f\u2065\u206a") == "\u202f\u2065\u206a");
  CHECK(visible("\x9b"
                "2J\xff") == "\\x9b2J\\xff");  // no UTF-8
}

TEST_CASE("text is cut by columns, between characters") {
  CHECK(cut_to_width("abc", 3) == "abc");
  CHECK(cut_to_width("abc", 2) == "ab");
  CHECK(cut_to_width("abc", 0).empty());
  CHECK(cut_to_width("漢字", 3) == "漢");
  CHECK(cut_to_width("é\u0301b", 1) == "é\u0301");  // a mark stays with its letter
  CHECK(cut_to_width("a\xFF"
                     "b",
                     2) == "a\xFF");
}

TEST_CASE("an error is one line, without what a terminal would obey") {
  CHECK(visible(one_line(Error(ErrorKind::data, "a\x1b[2Jb\nc: é"))) == "a\\x1b[2Jb c: é");
  CHECK(one_line(std::runtime_error("first\nframe #0")) == "first");
}

TEST_CASE("an error that means memory is out says so") {
  CHECK(one_line(std::bad_alloc()) == "memory is out");
  CHECK(one_line(std::bad_array_new_length()) == "memory is out");
  CHECK(exit_code(std::bad_alloc()) == 1);
  const auto line = one_line(std::runtime_error("X: can't allocate memory: 5 bytes\nframe #0"));
  CHECK(line ==
        "memory is out: X: can't allocate memory: 5 bytes; a smaller --batch-size needs less");
}

}  // namespace smdm
