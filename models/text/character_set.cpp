#include "models/text/character_set.hpp"

#include <algorithm>

namespace smdm {

using unicode::Range;

CharacterSet::CharacterSet(std::vector<Range> ranges) : ranges_(std::move(ranges)) {
  tidy();
}

void CharacterSet::add(char32_t first, char32_t last) {
  // The ranges that overlap or touch the new one become part of it.
  const auto begin = std::ranges::lower_bound(ranges_, first, {},
                                              [](const Range& range) { return range.last + 1; });
  auto end = begin;
  for (; end != ranges_.end() && end->first <= last + 1; ++end) {
    first = std::min(first, end->first);
    last = std::max(last, end->last);
  }
  ranges_.insert(ranges_.erase(begin, end), {.first = first, .last = last});
}

void CharacterSet::add(const CharacterSet& other) {
  ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end());
  tidy();
}

CharacterSet CharacterSet::complement() const {
  CharacterSet rest;
  rest.ranges_.reserve(ranges_.size() + 1);
  char32_t next = 0;
  for (const auto& range : ranges_) {
    if (range.first > next) rest.ranges_.push_back({.first = next, .last = range.first - 1});
    next = range.last + 1;
  }
  if (next <= 0x10FFFF) rest.ranges_.push_back({.first = next, .last = 0x10FFFF});
  return rest;
}

bool operator==(const CharacterSet& a, const CharacterSet& b) noexcept {
  return std::ranges::equal(a.ranges_, b.ranges_, [](const Range& x, const Range& y) {
    return x.first == y.first && x.last == y.last;
  });
}

void CharacterSet::tidy() {
  std::ranges::sort(ranges_, {}, &Range::first);
  std::vector<Range> tidied;
  tidied.reserve(ranges_.size());
  for (const auto& range : ranges_) {
    if (!tidied.empty() && range.first <= tidied.back().last + 1) {
      tidied.back().last = std::max(tidied.back().last, range.last);
    } else {
      tidied.push_back(range);
    }
  }
  ranges_ = std::move(tidied);
}

}  // namespace smdm
