// What a system keeps of a process besides its memory: dumps, swap, the environment in /proc. Each
// is closed here; what stays is the memory of the running process itself.
#include "harness/judging/api_key.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <set>

#include <sys/mman.h>
#include <sys/prctl.h>

#include "base/error.hpp"
#include "base/files/descriptor.hpp"

namespace smdm::judging {
namespace {

bool is_visible(char c) {
  return c > ' ' && c <= '~';
}

/// All texts of `length` characters that stand in the key.
std::set<std::string_view> grams_of(std::string_view key, std::size_t length) {
  std::set<std::string_view> grams;
  for (std::size_t i = 0; i + length <= key.size(); ++i) grams.insert(key.substr(i, length));
  return grams;
}

}  // namespace

NoDumps::NoDumps() : before_(::prctl(PR_GET_DUMPABLE)) {
  // A limit of core files does not bind programs that the system pipes dumps to; this does.
  if (::prctl(PR_SET_DUMPABLE, 0) != 0)
    throw Error(ErrorKind::failure, because("cannot keep memory dumps off", errno));
}

NoDumps::~NoDumps() {
  if (before_ == 1) static_cast<void>(::prctl(PR_SET_DUMPABLE, 1));
}

void wipe(void* memory, std::size_t bytes) noexcept {
  ::explicit_bzero(memory, bytes);
}

ApiKey::ApiKey(std::string_view key, const std::string& name) : key_(key.begin(), key.end()) {
  static_cast<void>(::mlock(key_.data(), key_.size()));  // where the limit of locked memory allows
  if (std::ranges::all_of(key_, is_visible)) return;
  wipe(key_.data(), key_.size());
  throw Error(ErrorKind::usage,
              name + ": wanted a key of visible ASCII characters, got one with others in it");
}

ApiKey::~ApiKey() {
  wipe(key_.data(), key_.size());
}

std::string ApiKey::scrubbed(std::string_view text) const {
  if (key_.size() < kShortest) return std::string(text);
  const auto grams = grams_of(this->text(), kShortest);
  const auto is_secret = [&](std::size_t at) {
    return at + kShortest <= text.size() && grams.contains(text.substr(at, kShortest));
  };
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    if (!is_secret(at)) {
      out += text[at++];
      continue;
    }
    auto last = at;
    while (is_secret(last + 1)) ++last;
    out += "<key>";
    at = last + kShortest;
  }
  return out;
}

ApiKey take_key(const std::string& variable) {
  char* const value = std::getenv(variable.c_str());
  if (value == nullptr || *value == '\0') return {};
  const auto length = std::strlen(value);
  struct Taken {
    char* value;
    std::size_t length;
    const std::string& variable;
    ~Taken() {
      wipe(value, length);
      ::unsetenv(variable.c_str());
    }
  } const taken{.value = value, .length = length, .variable = variable};
  return ApiKey(std::string_view(value, length), variable);
}

}  // namespace smdm::judging
