// Blocks of the unpacked text are hashed as they pass: a packed and a plain file of one content
// count as the same.
#include "base/files/lines.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/files/unpack.hpp"
#include "base/text/unicode.hpp"
#include "base/text/utf8.hpp"

namespace smdm {

struct LineReader::State {
  std::filesystem::path path;
  Unpacker file;
  std::vector<char> block = std::vector<char>(1U << 18U);
  std::size_t begin = 0;  // unread bytes of the block: begin..end
  std::size_t end = 0;
  std::int64_t line = 0;
  Sha256 digest;
  std::string sha256;

  State(std::filesystem::path file_path, Input input)
      : path(std::move(file_path)), file(path, input) {}

  [[nodiscard]] std::string where() const { return path.string() + ":" + std::to_string(line); }

  /// The next block of unpacked text; false at the end of the file.
  bool fill() {
    begin = 0;
    end = 0;
    try {
      end = file.read(block);
    } catch (const DamagedGzip& damage) {
      throw Error(ErrorKind::data,
                  damage.truncated()
                      ? where() + ": wanted a whole gzip file, got one that ends after this line"
                      : where() + ": wanted an intact gzip file, got a damaged one (" +
                            damage.what() + ")");
    }
    digest.update({block.data(), end});
    return end > 0;
  }
};

LineReader::LineReader(std::filesystem::path path, Input input)
    : state_(std::make_unique<State>(std::move(path), input)) {}

LineReader::~LineReader() = default;
LineReader::LineReader(LineReader&&) noexcept = default;
LineReader& LineReader::operator=(LineReader&&) noexcept = default;

bool LineReader::next(std::string& line) {
  State& state = *state_;
  line.clear();
  if (!state.sha256.empty()) return false;
  bool found = false;
  bool ended = false;
  while (!ended) {
    if (state.begin == state.end && !state.fill()) break;
    found = true;
    const std::string_view rest(state.block.data() + state.begin, state.end - state.begin);
    const std::size_t newline = rest.find('\n');
    ended = newline != std::string_view::npos;
    line.append(rest.substr(0, newline));
    state.begin += ended ? newline + 1 : rest.size();
  }
  if (!found) {
    state.sha256 = state.digest.finish();
    return false;
  }
  ++state.line;
  // What programs of Windows put before UTF-8 text is no part of it.
  if (state.line == 1 && line.starts_with(unicode::kByteOrderMark))
    line.erase(0, unicode::kByteOrderMark.size());
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (!unicode::is_valid(line)) {
    throw Error(ErrorKind::data, state.where() + ": wanted UTF-8 text, got other bytes");
  }
  return true;
}

std::string LineReader::where() const {
  return state_->where();
}
std::int64_t LineReader::line_number() const noexcept {
  return state_->line;
}
const std::string& LineReader::sha256() const noexcept {
  return state_->sha256;
}

}  // namespace smdm
