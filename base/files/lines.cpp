// Blocks are unpacked by zlib, which passes over plain text as it is, and are hashed as they pass:
// the digest is that of the unpacked text, so that a packed and a plain file of one content count
// as the same.
#include "base/files/lines.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <zlib.h>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/text/unicode.hpp"

namespace smdm {

struct LineReader::State {
  std::filesystem::path path;
  gzFile file = nullptr;
  std::vector<char> block = std::vector<char>(1U << 18U);
  std::size_t begin = 0;  // unread bytes of the block: begin..end
  std::size_t end = 0;
  std::int64_t line = 0;
  Sha256 digest;
  std::string sha256;

  explicit State(std::filesystem::path file_path) : path(std::move(file_path)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (file != nullptr) gzclose(file);
  }

  [[nodiscard]] std::string where() const { return path.string() + ":" + std::to_string(line); }

  /// The next block of unpacked text; false at the end of the file.
  bool fill() {
    errno = 0;
    const int got = gzread(file, block.data(), static_cast<unsigned>(block.size()));
    int code = Z_OK;
    const char* reason = gzerror(file, &code);
    // A gzip stream that ends early is only reported beside the bytes that were still good.
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END)) fail(code, reason);
    begin = 0;
    end = static_cast<std::size_t>(got);
    digest.update({block.data(), end});
    return got > 0;
  }

  [[noreturn]] void fail(int code, const char* reason) const {
    const int system = errno;
    if (code == Z_BUF_ERROR) {
      throw Error(ErrorKind::data,
                  where() + ": wanted a whole gzip file, got one that ends after this line");
    }
    if (code == Z_ERRNO) {
      throw Error(ErrorKind::data,
                  "wanted to read " + path.string() + ", got: " + std::strerror(system));
    }
    throw Error(ErrorKind::data, where() + ": wanted an intact gzip file, got a damaged one (" +
                                     std::string(reason) + ")");
  }
};

LineReader::LineReader(std::filesystem::path path)
    : state_(std::make_unique<State>(std::move(path))) {
  errno = 0;
  if (std::filesystem::is_directory(state_->path)) {
    throw Error(ErrorKind::data, "wanted the file " + state_->path.string() + ", got a folder");
  }
  state_->file = gzopen(state_->path.c_str(), "rb");
  if (state_->file == nullptr) {
    throw Error(ErrorKind::data, "wanted to read " + state_->path.string() +
                                     ", got: " + std::strerror(errno == 0 ? ENOMEM : errno));
  }
}

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
