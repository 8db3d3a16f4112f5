#include "base/text/categories.hpp"

#include <array>

#include "base/text/category_tables.hpp"

namespace smdm::unicode {
namespace {

constexpr char32_t kLast = 0x10FFFF;

/// In the order of Category.
constexpr std::array<std::string_view, 30> kNames{
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe",
    "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn"};

constexpr std::array<Range, 10> kWhiteSpace{{{.first = 0x09, .last = 0x0D},
                                             {.first = 0x20, .last = 0x20},
                                             {.first = 0x85, .last = 0x85},
                                             {.first = 0xA0, .last = 0xA0},
                                             {.first = 0x1680, .last = 0x1680},
                                             {.first = 0x2000, .last = 0x200A},
                                             {.first = 0x2028, .last = 0x2029},
                                             {.first = 0x202F, .last = 0x202F},
                                             {.first = 0x205F, .last = 0x205F},
                                             {.first = 0x3000, .last = 0x3000}}};

}  // namespace

std::vector<Range> category_ranges(std::string_view name) {
  std::vector<Range> ranges;
  if (name.empty() || name.size() > 2) return ranges;
  for (std::size_t i = 0; i < kCategories.size(); ++i) {
    const auto& run = kCategories[i];
    if (!kNames.at(static_cast<std::size_t>(run.category)).starts_with(name)) continue;
    const char32_t last = i + 1 < kCategories.size() ? kCategories[i + 1].first - 1 : kLast;
    if (!ranges.empty() && ranges.back().last + 1 == run.first) {
      ranges.back().last = last;
    } else {
      ranges.push_back({.first = run.first, .last = last});
    }
  }
  return ranges;
}

std::span<const Range> white_space() noexcept {
  return kWhiteSpace;
}

bool is_white_space(char32_t c) noexcept {
  if (c < 0x80) return c == 0x20 || (c >= 0x09 && c <= 0x0D);
  return contains(kWhiteSpace, c);
}

}  // namespace smdm::unicode
