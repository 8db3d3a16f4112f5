#include "base/text/base64.hpp"

#include <cstddef>
#include <cstdint>

namespace smdm {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kBytes = 3;    // that become ...
constexpr std::size_t kLetters = 4;  // ... so many letters

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + kBytes - 1) / kBytes * kLetters);
  for (std::size_t at = 0; at < bytes.size(); at += kBytes) {
    const std::uint32_t group =
        byte_at(bytes, at) << 16U | byte_at(bytes, at + 1) << 8U | byte_at(bytes, at + 2);
    const std::size_t there = bytes.size() - at;
    text += kDigits[group >> 18U & 63U];
    text += kDigits[group >> 12U & 63U];
    text += there > 1 ? kDigits[group >> 6U & 63U] : '=';
    text += there > 2 ? kDigits[group & 63U] : '=';
  }
  return text;
}

}  // namespace smdm
