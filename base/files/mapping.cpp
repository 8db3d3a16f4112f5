// What is mapped stands in a list as well, so that a signal can be told to be about a file: its
// handler finds the name by the address.
#include "base/files/mapping.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>

#include <sys/mman.h>
#include <sys/stat.h>

#include "base/files/open.hpp"

namespace smdm {
namespace {

/// One mapping, for a signal handler, which can be called at any moment and may neither wait nor
/// allocate. `begin` is written last and taken away first.
struct Place {
  std::atomic<std::uintptr_t> begin = 0;
  std::atomic<std::uintptr_t> end = 0;
  std::atomic<const char*> name = nullptr;
  std::atomic<ErrorKind> kind = ErrorKind::failure;
};

constexpr std::uintptr_t kTaken = 1;  // no mapping begins there

std::array<Place, 256>& places() {
  static std::array<Place, 256> all;
  return all;
}

/// A mapping that finds no place ends the program with the signal's own words instead.
void remember(const unsigned char* data, std::size_t bytes, const char* name, ErrorKind kind) {
  const auto begin = reinterpret_cast<std::uintptr_t>(data);
  for (auto& place : places()) {
    std::uintptr_t empty = 0;
    if (!place.begin.compare_exchange_strong(empty, kTaken)) continue;
    place.end = begin + bytes;
    place.name = name;
    place.kind = kind;
    place.begin = begin;
    return;
  }
}

void forget(const unsigned char* data) noexcept {
  for (auto& place : places()) {
    auto begin = reinterpret_cast<std::uintptr_t>(data);
    if (place.begin.compare_exchange_strong(begin, 0)) return;
  }
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path, ErrorKind kind) : name_(path.string()) {
  const auto file = open_input(path, kind, Input::file);
  struct stat status{};
  if (::fstat(file.number(), &status) != 0)
    throw Error(kind, "wanted to read " + name_ + ", got: " + reason_of(errno));
  bytes_ = static_cast<std::size_t>(status.st_size);
  if (bytes_ == 0) return;
  const void* data = ::mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (data == MAP_FAILED && errno == ENOMEM)
    throw Error(ErrorKind::failure, "memory is out: cannot map " + name_);
  if (data == MAP_FAILED)
    throw Error(kind, "wanted to read " + name_ + ", got: " + reason_of(errno));
  data_ = static_cast<const unsigned char*>(data);
  remember(data_, bytes_, name_.c_str(), kind);
}

MappedFile::~MappedFile() {
  if (data_ == nullptr) return;
  forget(data_);
  ::munmap(const_cast<unsigned char*>(data_), bytes_);
}

MappedAt mapped_at(const void* address) noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  for (const auto& place : places()) {
    const auto begin = place.begin.load();
    if (begin > kTaken && begin <= at && at < place.end.load())
      return {.name = place.name, .kind = place.kind};
  }
  return {};
}

}  // namespace smdm
