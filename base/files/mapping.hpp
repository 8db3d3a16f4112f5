/// Files mapped into memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "base/error.hpp"

namespace smdm {

/// A whole file in memory, read-only, unmapped with the object. Where the file is cut short while
/// it is mapped, reading what is gone ends the program with one line that names the file and the
/// exit code of `kind`, on whatever thread (see signals.hpp).
class MappedFile {
 public:
  /// @throws Error(kind)  if the file cannot be read or is none
  MappedFile(const std::filesystem::path& path, ErrorKind kind);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] const unsigned char* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  std::string name_;
  const unsigned char* data_ = nullptr;
  std::size_t bytes_ = 0;
};

/// What a signal handler can say of an address: the file mapped there.
struct MappedAt {
  const char* name = nullptr;  ///< null if no file is mapped there
  ErrorKind kind = ErrorKind::failure;
};

/// May be called in a signal handler.
[[nodiscard]] MappedAt mapped_at(const void* address) noexcept;

}  // namespace smdm
