#include "base/files/digest.hpp"

#include <array>
#include <stdexcept>
#include <vector>

#include <openssl/evp.h>

#include "base/files/open.hpp"

namespace smdm {

struct Sha256::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(evp); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr) != 1) {
    throw std::logic_error("sha256: OpenSSL offers no SHA-256");
  }
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size());
}

std::string Sha256::finish() {
  std::array<unsigned char, 32> digest{};
  EVP_DigestFinal_ex(context_->evp, digest.data(), nullptr);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += digits[byte >> 4U];
    hex += digits[byte & 15U];
  }
  return hex;
}

std::string sha256(std::string_view bytes) {
  Sha256 digest;
  digest.update(bytes);
  return digest.finish();
}

std::string sha256_of_file(const std::filesystem::path& path, ErrorKind kind) {
  const auto descriptor = open_input(path, kind, Input::file);
  Sha256 digest;
  std::vector<char> block(std::size_t{1} << 20U);
  std::size_t got = 0;
  do {
    got = read_some(descriptor.number(), block, path.string(), kind);
    digest.update({block.data(), got});
  } while (got == block.size());
  return digest.finish();
}

}  // namespace smdm
