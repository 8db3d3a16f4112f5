// Normal form C in three steps: every character is taken apart, marks are put in order, and what
// can be put together is. Most texts need none of it, which a look at each character tells.
#include "base/text/nfc.hpp"

#include <algorithm>
#include <vector>

#include "base/text/nfc_tables.hpp"
#include "base/text/unicode.hpp"
#include "base/text/utf8.hpp"

namespace smdm::unicode {
namespace {

// Syllables of Hangul follow a rule: lead, vowel and tail have a number each.
constexpr char32_t kSyllables = 0xAC00;
constexpr char32_t kLeads = 0x1100;
constexpr char32_t kVowels = 0x1161;
constexpr char32_t kTails = 0x11A7;  // number 0: no tail
constexpr char32_t kLeadCount = 19;
constexpr char32_t kVowelCount = 21;
constexpr char32_t kTailCount = 28;

constexpr char32_t kFirstMark = 0x300;  // all characters below are in normal form C

bool is_among(char32_t c, char32_t first, char32_t count) noexcept {
  return c >= first && c - first < count;
}

std::uint8_t combining_class(char32_t c) noexcept {
  if (c < kFirstMark) return 0;
  const auto run = std::ranges::lower_bound(kCombining, c, {}, &CombiningRun::last);
  return run != kCombining.end() && run->first <= c ? run->combining_class : std::uint8_t{0};
}

const Decomposition* decomposition(char32_t c) noexcept {
  const auto found = std::ranges::lower_bound(kDecompositions, c, {}, &Decomposition::composed);
  return found != kDecompositions.end() && found->composed == c ? &*found : nullptr;
}

/// @return 0 where the two do not become one
char32_t composed(char32_t first, char32_t second) noexcept {
  if (is_among(first, kLeads, kLeadCount) && is_among(second, kVowels, kVowelCount))
    return kSyllables + ((first - kLeads) * kVowelCount + (second - kVowels)) * kTailCount;
  if (is_among(first, kSyllables, kLeadCount * kVowelCount * kTailCount) &&
      (first - kSyllables) % kTailCount == 0 && is_among(second, kTails + 1, kTailCount - 1)) {
    return first + (second - kTails);
  }
  const auto before = [](const Composition& entry, const Composition& wanted) {
    return entry.first != wanted.first ? entry.first < wanted.first : entry.second < wanted.second;
  };
  const Composition wanted{.first = first, .second = second, .composed = 0};
  const auto found = std::ranges::lower_bound(kCompositions, wanted, before);
  const bool is_pair =
      found != kCompositions.end() && found->first == first && found->second == second;
  return is_pair ? found->composed : U'\0';
}

/// The characters that normal form C may change, alone or behind another: a bit for each.
std::vector<bool> restless_characters() {
  std::vector<bool> restless(0x110000);
  for (const auto& run : kCombining) {
    for (char32_t c = run.first; c <= run.last; ++c) restless[c] = true;
  }
  for (const auto& entry : kCompositions) restless[entry.second] = true;
  for (const auto& entry : kDecompositions) {
    if (entry.second == 0 || composed(entry.first, entry.second) != entry.composed)
      restless[entry.composed] = true;
  }
  for (char32_t i = 0; i < kVowelCount; ++i) restless[kVowels + i] = true;
  for (char32_t i = 1; i < kTailCount; ++i) restless[kTails + i] = true;
  return restless;
}

bool is_restless(char32_t c) {
  static const std::vector<bool> restless = restless_characters();
  return restless[c];
}

bool is_normal(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const auto character = character_at(text, at);
    if (!character.well_formed || (character.code >= kFirstMark && is_restless(character.code)))
      return false;
    at += character.bytes;
  }
  return true;
}

/// Appends what a character stands for. No decomposition of Unicode is longer than a few steps.
void take_apart(char32_t c, std::u32string& out) {
  if (is_among(c, kSyllables, kLeadCount * kVowelCount * kTailCount)) {
    const char32_t number = c - kSyllables;
    out.push_back(kLeads + number / (kVowelCount * kTailCount));
    out.push_back(kVowels + number % (kVowelCount * kTailCount) / kTailCount);
    if (number % kTailCount != 0) out.push_back(kTails + number % kTailCount);
    return;
  }
  std::u32string tail;
  const auto* parts = decomposition(c);
  for (; parts != nullptr; parts = decomposition(c)) {
    c = parts->first;
    if (parts->second != 0) tail += parts->second;
  }
  out += c;
  out.append(tail.rbegin(), tail.rend());
}

void order_marks(std::u32string& text) {
  for (std::size_t at = 0; at < text.size();) {
    if (combining_class(text[at]) == 0) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && combining_class(text[end]) != 0) ++end;
    std::stable_sort(text.begin() + static_cast<std::ptrdiff_t>(at),
                     text.begin() + static_cast<std::ptrdiff_t>(end), [](char32_t a, char32_t b) {
                       return combining_class(a) < combining_class(b);
                     });
    at = end;
  }
}

/// Puts each character together with the last starter where nothing between them blocks it.
std::u32string put_together(const std::u32string& text) {
  constexpr std::size_t none = std::u32string::npos;
  std::u32string out;
  out.reserve(text.size());
  std::size_t starter = none;
  std::uint8_t last_class = 0;
  for (const char32_t c : text) {
    const std::uint8_t own_class = combining_class(c);
    const bool adjacent = starter != none && starter + 1 == out.size();
    const bool free = starter != none && (adjacent || (last_class != 0 && last_class < own_class));
    const char32_t one = free ? composed(out[starter], c) : U'\0';
    if (one != 0) {
      out[starter] = one;
      continue;
    }
    if (own_class == 0) starter = out.size();
    last_class = own_class;
    out += c;
  }
  return out;
}

}  // namespace

std::string nfc(std::string_view text) {
  if (is_normal(text)) return std::string(text);
  std::u32string apart;
  apart.reserve(text.size());
  for (const char32_t c : decode(text)) take_apart(c, apart);
  order_marks(apart);
  return encode(put_together(apart));
}

}  // namespace smdm::unicode
