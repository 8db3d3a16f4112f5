/// Patterns of tokenizers' files: what parts of a text they match.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace smdm {

/// Bytes first..last-1 of a text, and whether the pattern matched them or they lie between matches.
struct MatchedSpan {
  std::size_t first = 0;
  std::size_t last = 0;
  bool matched = false;
};

/// A regular expression or a literal text. Const calls may come from several threads at once.
class Pattern {
 public:
  virtual ~Pattern() = default;
  Pattern() = default;
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  /// Cuts a text into what matches and what lies between, from left to right; nothing is left out.
  /// An empty match gives an empty span. An empty text gives nothing.
  /// @param text  UTF-8
  /// @throws Error(checkpoint)  if matching takes more steps than any sound pattern does
  [[nodiscard]] virtual std::vector<MatchedSpan> cut(std::string_view text) const = 0;

  /// No match has fewer bytes than this; of a regular expression 0 or 1.
  [[nodiscard]] virtual std::size_t shortest() const = 0;
};

/// The processor time that cutting one text with a pattern may take.
struct MatchingTime {
  double seconds = 10;
  double more_for_a_character = 1e-5;  ///< sound patterns take a hundredth of it
};

/// @param name  the pattern's place, for errors: "FILE: field \"...\""
/// @throws Error(checkpoint)  if the pattern is malformed, or not known to mean the same everywhere
[[nodiscard]] std::unique_ptr<const Pattern> make_regular_expression(const std::string& name,
                                                                     const std::string& pattern,
                                                                     const MatchingTime& time = {});

/// @param literal  not empty
[[nodiscard]] std::unique_ptr<const Pattern> make_literal(const std::string& literal);

/// Cuts where single characters satisfy a condition: each that does is a match of its own.
[[nodiscard]] std::unique_ptr<const Pattern> make_character_pattern(
    std::function<bool(char32_t)> matches);

}  // namespace smdm
