#include "base/error.hpp"

#include <algorithm>
#include <new>
#include <string_view>

namespace smdm {
namespace {

/// How libraries say that memory is out, where they throw something else than std::bad_alloc.
bool means_memory_is_out(std::string_view text) {
  return text.find("can't allocate memory") != std::string_view::npos ||
         text.find("not enough memory") != std::string_view::npos ||
         text.find("out of memory") != std::string_view::npos;
}

}  // namespace

int exit_code(const std::exception& error) noexcept {
  const auto* own = dynamic_cast<const Error*>(&error);
  return static_cast<int>(own == nullptr ? ErrorKind::failure : own->kind());
}

std::string one_line(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return "memory is out";
  std::string text = error.what();
  const bool foreign = dynamic_cast<const Error*>(&error) == nullptr;
  const auto end = text.find('\n');  // LibTorch appends a stack trace
  if (foreign && end != std::string::npos) text.resize(end);
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (!foreign || !means_memory_is_out(text)) return text;
  return "memory is out: " + text + "; a smaller --batch-size needs less";
}

}  // namespace smdm
