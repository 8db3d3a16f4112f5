#include "models/text/split.hpp"

#include <algorithm>

namespace smdm {
namespace {

/// Puts spans together from left to right where `joins(previous, this)` says so.
template <typename Joins>
std::vector<MatchedSpan> joined(const std::vector<MatchedSpan>& spans, const Joins& joins) {
  std::vector<MatchedSpan> out;
  out.reserve(spans.size());
  bool previous = false;  // as if unmatched text stood in front
  for (const auto& span : spans) {
    if (joins(previous, span.matched) && !out.empty()) {
      out.back().last = span.last;
    } else {
      out.push_back(span);
    }
    previous = span.matched;
  }
  return out;
}

/// A match, and the unmatched text behind it: as going backwards joins a match to what follows it.
std::vector<MatchedSpan> joined_to_next(const std::vector<MatchedSpan>& spans) {
  std::vector<MatchedSpan> out;
  out.reserve(spans.size());
  bool previous = false;
  for (auto span = spans.rbegin(); span != spans.rend(); ++span) {
    if (span->matched && !previous && !out.empty()) {
      out.back().first = span->first;
    } else {
      out.push_back(*span);
    }
    previous = span->matched;
  }
  std::ranges::reverse(out);
  return out;
}

std::vector<MatchedSpan> arranged(std::vector<MatchedSpan> spans, SplitBehavior behavior) {
  switch (behavior) {
    case SplitBehavior::removed:
      std::erase_if(spans, [](const MatchedSpan& span) { return span.matched; });
      return spans;
    case SplitBehavior::merged_with_previous:
      return joined(spans, [](bool previous, bool matched) { return matched && !previous; });
    case SplitBehavior::merged_with_next:
      return joined_to_next(spans);
    case SplitBehavior::contiguous:
      return joined(spans, [](bool previous, bool matched) { return matched == previous; });
    case SplitBehavior::isolated:
      break;
  }
  return spans;
}

}  // namespace

void split_at(std::string_view text,
              const Pattern& pattern,
              SplitBehavior behavior,
              bool invert,
              std::vector<std::string_view>& out) {
  auto spans = pattern.cut(text);
  if (invert) {
    for (auto& span : spans) span.matched = !span.matched;
  }
  for (const auto& span : arranged(std::move(spans), behavior)) {
    if (span.last > span.first) out.push_back(text.substr(span.first, span.last - span.first));
  }
}

}  // namespace smdm
