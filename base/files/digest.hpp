/// SHA-256 as lower-case hexadecimal digits: the identity of data, weights and tokenizers in
/// results.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace smdm {

/// A digest over bytes that come piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::string_view bytes);

  /// The digest of everything so far, 64 digits. Nothing may be added afterwards.
  [[nodiscard]] std::string finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// The digest of bytes in memory (lm_eval.utils.hash_string, of UTF-8 text).
[[nodiscard]] std::string sha256(std::string_view bytes);

/// The digest of a file's bytes, read in blocks whatever its size.
/// @param kind  whose fault it is if the file cannot be read
/// @throws Error(kind)  then, with the path and the system's reason
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& path,
                                         ErrorKind kind = ErrorKind::data);

}  // namespace smdm
