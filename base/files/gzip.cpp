#include "base/files/gzip.hpp"

#include <vector>

#include <zlib.h>

#include "base/error.hpp"

namespace smdm {
namespace {

constexpr int kWithGzipHeader = 15 + 16;  // the largest window
constexpr int kMemoryLevel = 9;

/// Blocks of input, whose sizes zlib holds in 32 bits.
constexpr std::size_t kBlock = std::size_t{1} << 24U;

class Deflater {
 public:
  Deflater() {
    if (deflateInit2(&stream_, Z_BEST_COMPRESSION, Z_DEFLATED, kWithGzipHeader, kMemoryLevel,
                     Z_DEFAULT_STRATEGY) != Z_OK)
      throw Error(ErrorKind::failure, "memory is out: cannot pack");
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void add(std::string_view bytes, bool last, std::string& packed) {
    std::vector<Bytef> in(bytes.begin(), bytes.end());
    std::vector<Bytef> out(std::size_t{1} << 16U);
    stream_.next_in = in.data();
    stream_.avail_in = static_cast<uInt>(in.size());
    do {
      stream_.next_out = out.data();
      stream_.avail_out = static_cast<uInt>(out.size());
      if (deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR)
        throw Error(ErrorKind::failure, "cannot pack");
      packed.append(out.begin(), out.end() - static_cast<std::ptrdiff_t>(stream_.avail_out));
    } while (stream_.avail_out == 0);
  }

 private:
  z_stream stream_{};
};

}  // namespace

std::string gzip(std::string_view bytes) {
  Deflater deflater;
  std::string packed;
  while (bytes.size() > kBlock) {
    deflater.add(bytes.substr(0, kBlock), false, packed);
    bytes.remove_prefix(kBlock);
  }
  deflater.add(bytes, true, packed);
  return packed;
}

}  // namespace smdm
