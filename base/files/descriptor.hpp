/// System calls with their retries and their words for what went wrong.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace smdm {

/// An open file, closed with the object.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) noexcept : number_(number) {}
  ~Descriptor() { static_cast<void>(close()); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
  [[nodiscard]] int number() const noexcept { return number_; }

  /// @return 0, or the system's code: some errors of a stream come only with its close
  [[nodiscard]] int close() noexcept;

 private:
  int number_ = -1;
};

/// Whether a path that names a descriptor ("/dev/fd/N") may be read: it is open for that, was given
/// to this program and not opened by it, and no standard stream that is held because it was closed.
[[nodiscard]] bool may_read(int descriptor) noexcept;

/// The same for writing.
[[nodiscard]] bool may_write(int descriptor) noexcept;

/// Writes every byte to an open descriptor; a closed pipe is an error, not a signal.
/// @param name  the file's name in the error
/// @throws Error(results)  with the system's reason
void write_all(int descriptor, std::string_view bytes, const std::string& name);

/// Reads until `into` is full or the file ends.
/// @return how many bytes came: fewer than asked for only at the end of the file
/// @param name  the file's name in the error
/// @throws Error(kind)  with the system's reason
std::size_t read_some(int descriptor,
                      std::span<char> into,
                      const std::string& name,
                      ErrorKind kind);

/// The system's words for a code: "No such file or directory".
[[nodiscard]] std::string reason_of(int code);

/// "<what>: <the system's words for code>"
[[nodiscard]] std::string because(const std::string& what, int code);

}  // namespace smdm
