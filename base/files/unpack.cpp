// A file is plain, or it is at a place of a packed one: inside a member, or between two. zlib's own
// reader of files is not used, since it takes whatever it cannot read behind the first member for
// the end of the file.
#include "base/files/unpack.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <zlib.h>

namespace smdm {
namespace {

constexpr int kGzipOnly = 15 + 16;  // the largest window, with a gzip header
constexpr std::string_view kMagic = "\x1f\x8b";

enum class Place : std::uint8_t { begin, plain, member, between, end };

}  // namespace

struct Unpacker::State {
  std::filesystem::path path;
  Descriptor file;
  Place place = Place::begin;
  std::array<char, std::size_t{1} << 16U> raw{};
  std::string_view rest;              // bytes of `raw` not looked at yet
  bool at_end = false;                // of the file
  std::optional<DamagedGzip> damage;  // met behind bytes that were still good
  z_stream stream{};

  State(std::filesystem::path file_path, Input input)
      : path(std::move(file_path)), file(open_input(path, ErrorKind::data, input)) {
    if (inflateInit2(&stream, kGzipOnly) != Z_OK)
      throw Error(ErrorKind::failure, "memory is out: cannot unpack " + path.string());
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { inflateEnd(&stream); }

  /// More bytes behind those that are left; what is left moves to the front.
  void fill() {
    const std::size_t kept = rest.size();
    std::ranges::copy(rest, raw.begin());
    const auto room = std::span(raw).subspan(kept);
    const auto got = read_some(file.number(), room, path.string(), ErrorKind::data);
    at_end = got < room.size();
    rest = {raw.data(), kept + got};
  }

  /// Whether a member begins here.
  [[nodiscard]] bool at_member() {
    if (rest.size() < kMagic.size() && !at_end) fill();
    return rest.starts_with(kMagic);
  }

  /// Passes over padding, up to the next member or the end of the file.
  void leave_member() {
    do {
      if (rest.empty() && !at_end) fill();
      const auto padding = rest.find_first_not_of('\0');
      rest.remove_prefix(padding == std::string_view::npos ? rest.size() : padding);
    } while (rest.empty() && !at_end);
    if (rest.empty()) {
      place = Place::end;
    } else if (at_member()) {
      begin_member();
    } else {
      damage.emplace("other bytes behind its end");
      place = Place::end;
    }
  }

  void begin_member() {
    inflateReset(&stream);
    place = Place::member;
  }

  std::size_t copy_plain(std::span<char> into) {
    if (rest.empty() && !at_end) fill();
    const auto count = std::min(rest.size(), into.size());
    std::ranges::copy(rest.substr(0, count), into.begin());
    rest.remove_prefix(count);
    if (count == 0) place = Place::end;
    return count;
  }

  /// Unpacks into the room there is; a member's end or a damage changes the place.
  std::size_t unpack(std::span<char> into) {
    if (rest.empty() && !at_end) fill();
    // zlib's interface knows no const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest.data()));
    stream.avail_in = static_cast<uInt>(rest.size());
    stream.next_out = reinterpret_cast<Bytef*>(into.data());
    stream.avail_out = static_cast<uInt>(into.size());
    const int code = inflate(&stream, Z_NO_FLUSH);
    rest.remove_prefix(rest.size() - stream.avail_in);
    if (code == Z_STREAM_END) {
      place = Place::between;
    } else if (code == Z_MEM_ERROR) {
      throw Error(ErrorKind::failure, "memory is out: cannot unpack " + path.string());
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      const char* reason = stream.msg != nullptr ? stream.msg : "not as gzip packs";
      damage.emplace(reason);
      place = Place::end;
    } else if (rest.empty() && at_end && stream.avail_out > 0) {
      damage.emplace("");
      place = Place::end;
    }
    return into.size() - stream.avail_out;
  }
};

Unpacker::Unpacker(std::filesystem::path path, Input input)
    : state_(std::make_unique<State>(std::move(path), input)) {}
Unpacker::~Unpacker() = default;
Unpacker::Unpacker(Unpacker&&) noexcept = default;
Unpacker& Unpacker::operator=(Unpacker&&) noexcept = default;

std::size_t Unpacker::read(std::span<char> into) {
  State& state = *state_;
  std::size_t got = 0;
  while (got == 0 && state.place != Place::end) {
    switch (state.place) {
      case Place::begin:
        if (state.at_member()) {
          state.begin_member();
        } else {
          state.place = Place::plain;
        }
        break;
      case Place::plain:
        got = state.copy_plain(into);
        break;
      case Place::member:
        got = state.unpack(into);
        break;
      case Place::between:
        state.leave_member();
        break;
      case Place::end:
        break;
    }
  }
  if (got == 0 && state.damage) throw DamagedGzip(state.damage.value());
  return got;
}

}  // namespace smdm
