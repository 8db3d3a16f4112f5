/// The bytes of a file, unpacked where they are gzip (RFC 1952), whatever the file's name.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>

#include "base/files/open.hpp"

namespace smdm {

/// What is wrong with a packed file: the bytes before it were good. what() is zlib's reason
/// ("incorrect data check"), or nothing for a file that ends inside a member.
class DamagedGzip : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;

  [[nodiscard]] bool truncated() const noexcept { return std::string_view(what()).empty(); }
};

/// Reads a file block by block. A packed file is a row of members, each checked to its end;
/// between and behind them zero bytes may stand as padding, as gzip and Python's gzip have it.
class Unpacker {
 public:
  /// @throws Error(data)  if the file cannot be opened
  Unpacker(std::filesystem::path path, Input input);
  ~Unpacker();
  Unpacker(Unpacker&&) noexcept;
  Unpacker& operator=(Unpacker&&) noexcept;
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  /// The next bytes of the unpacked file.
  /// @return how many came; 0 at the end only
  /// @throws DamagedGzip  when all good bytes have been given
  /// @throws Error(data)  with the system's reason
  std::size_t read(std::span<char> into);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smdm
