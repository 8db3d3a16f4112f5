// Regular expressions are matched by PCRE2, over a text in which every character stands as one
// byte, its class: PCRE2 neither decodes UTF-8 nor knows any Unicode.
#include "models/text/pattern.hpp"

#include <algorithm>
#include <ctime>
#include <optional>
#include <utility>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/error.hpp"
#include "base/text/unicode.hpp"
#include "base/text/utf8.hpp"
#include "models/text/character_classes.hpp"
#include "models/text/pattern_syntax.hpp"

namespace smdm {
namespace {

/// Steps that a match may take, and more for every character: sound patterns take a few.
constexpr std::uint32_t kSteps = 1'000'000;
constexpr std::uint32_t kStepsPerCharacter = 16;
constexpr std::uint32_t kHeapKilobytes = 256 * 1024;
constexpr std::size_t kMatchesBetween = 256;  // two looks at the clock
/// Bytes of a pattern. Published ones have a few hundred.
constexpr std::size_t kLongestPattern = 10'000;

struct FreeCode {
  void operator()(pcre2_code* code) const noexcept { pcre2_code_free(code); }
};
struct FreeMatch {
  void operator()(pcre2_match_data* data) const noexcept { pcre2_match_data_free(data); }
};
struct FreeContext {
  void operator()(pcre2_match_context* context) const noexcept {
    pcre2_match_context_free(context);
  }
};

using Code = std::unique_ptr<pcre2_code, FreeCode>;
using MatchData = std::unique_ptr<pcre2_match_data, FreeMatch>;
using MatchContext = std::unique_ptr<pcre2_match_context, FreeContext>;

std::string message_of(int code) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(code, text.data(), text.size());
  return {text.begin(), std::find(text.begin(), text.end(), PCRE2_UCHAR{0})};
}

/// A class of bytes in Perl's syntax.
std::string bytes_class(const std::vector<std::uint8_t>& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (bytes.empty()) return "(?!)";
  std::string text = "[";
  for (const std::uint8_t byte : bytes) {
    text += "\\x";
    text += digits[byte >> 4U];
    text += digits[byte & 0xFU];
  }
  return text + "]";
}

/// Whether cutting a text takes too long. PCRE2 limits the steps of one match; but many
/// that each look at all the rest of a long text take for ever too.
class Patience {
 public:
  Patience(const MatchingTime& time, std::size_t characters)
      : most_(time.seconds + time.more_for_a_character * static_cast<double>(characters)) {}

  /// To be asked now and then. The time counts from the first question.
  [[nodiscard]] bool is_over() {
    const double now = seconds();
    if (end_ == 0) end_ = now + most_;
    return now > end_;
  }

 private:
  static double seconds() {
    timespec time{};
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }

  double most_;
  double end_ = 0;  ///< 0 before the first question
};

/// A text as classes, and where each of its characters begins, behind the last one its length.
struct ClassText {
  std::string classes;
  std::vector<std::uint32_t> offsets;  ///< empty if every character is one byte
};

ClassText classes_of(const CharacterClasses& table, std::string_view text) {
  ClassText result;
  result.classes.reserve(text.size());
  std::size_t at = 0;
  for (; at < text.size() && static_cast<unsigned char>(text[at]) < 0x80; ++at)
    result.classes += static_cast<char>(table.of(static_cast<unsigned char>(text[at])));
  if (at == text.size()) return result;
  result.offsets.reserve(text.size());
  for (std::size_t i = 0; i < at; ++i) result.offsets.push_back(static_cast<std::uint32_t>(i));
  while (at < text.size()) {
    const auto character = unicode::character_at(text, at);
    result.classes += static_cast<char>(table.of(character.code));
    result.offsets.push_back(static_cast<std::uint32_t>(at));
    at += character.bytes;
  }
  result.offsets.push_back(static_cast<std::uint32_t>(at));
  return result;
}

/// A pattern for an error's line, cut where it is long.
std::string shown_pattern(const std::string& pattern) {
  constexpr std::size_t longest = 1000;
  const auto characters = unicode::decode(pattern);
  if (characters.size() <= longest) return pattern;
  return unicode::encode(characters.substr(0, longest)) + "...";
}

class RegularExpression final : public Pattern {
 public:
  RegularExpression(const std::string& name, const std::string& pattern, const MatchingTime& time)
      : name_(name), pattern_(shown_pattern(pattern)), time_(time) {
    try {
      if (pattern.size() > kLongestPattern)
        throw PatternError("more than " + std::to_string(kLongestPattern) + " bytes");
      const auto parsed = parse_pattern(pattern);
      classes_.emplace(parsed.sets);
      compile(parsed);
    } catch (const PatternError& error) {
      throw Error(ErrorKind::checkpoint, name + ": wanted a pattern that is known here, got " +
                                             error.what() + " in " + pattern_);
    }
  }

  [[nodiscard]] std::vector<MatchedSpan> cut(std::string_view text) const override {
    std::vector<MatchedSpan> spans;
    if (text.empty()) return spans;
    const auto read = classes_of(classes_.value(), text);
    spans.reserve(read.classes.size() / 4 + 1);
    const auto offset = [&](std::size_t i) { return read.offsets.empty() ? i : read.offsets[i]; };
    std::size_t done = 0;
    each_match(read.classes, [&](std::size_t first, std::size_t last) {
      if (first > done)
        spans.push_back({.first = offset(done), .last = offset(first), .matched = false});
      spans.push_back({.first = offset(first), .last = offset(last), .matched = true});
      done = last;
    });
    if (done < read.classes.size())
      spans.push_back({.first = offset(done), .last = text.size(), .matched = false});
    return spans;
  }

  [[nodiscard]] std::size_t shortest() const override {
    std::uint32_t may_be_empty = 0;
    (void)pcre2_pattern_info(code_.get(), PCRE2_INFO_MATCHEMPTY, &may_be_empty);
    return may_be_empty != 0 ? 0 : 1;
  }

 private:
  void compile(const ParsedPattern& parsed) {
    std::string bytes;
    for (const auto& part : parsed.parts)
      bytes +=
          part.operators.empty() ? bytes_class(classes_.value().members(part.set)) : part.operators;
    int error = 0;
    std::size_t place = 0;
    code_.reset(pcre2_compile(
        reinterpret_cast<PCRE2_SPTR>(bytes.data()), bytes.size(),
        PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE, &error,
        &place, nullptr));
    if (!code_) throw PatternError("a pattern that PCRE2 refuses (" + message_of(error) + ")");
    // Where there is no just-in-time compiler, the pattern is interpreted.
    (void)pcre2_jit_compile(code_.get(), PCRE2_JIT_COMPLETE);
  }

  /// Calls found(first, last) for every match. An empty match right behind another one is none.
  template <typename Found>
  void each_match(const std::string& classes, const Found& found) const {
    const MatchData data(pcre2_match_data_create(1, nullptr));
    const auto context = limits(classes.size());
    if (!data || !context) throw std::bad_alloc();
    std::optional<std::size_t> last_end;
    Patience patience(time_, classes.size());
    std::size_t matches = 0;
    for (std::size_t at = 0; at <= classes.size();) {
      if (++matches % kMatchesBetween == 0 && patience.is_over())
        give_up(classes.size(), "they take too long");
      if (!match(classes, at, data.get(), context.get())) return;
      const auto* const ends = pcre2_get_ovector_pointer(data.get());
      if (ends[0] == ends[1] && last_end == ends[1]) {
        ++at;
        continue;
      }
      at = ends[1];
      last_end = at;
      found(ends[0], ends[1]);
    }
  }

  [[nodiscard]] static MatchContext limits(std::size_t characters) {
    MatchContext context(pcre2_match_context_create(nullptr));
    if (!context) return context;
    const auto steps = kSteps + kStepsPerCharacter * static_cast<std::uint64_t>(characters);
    pcre2_set_match_limit(context.get(),
                          static_cast<std::uint32_t>(std::min<std::uint64_t>(steps, UINT32_MAX)));
    pcre2_set_heap_limit(context.get(), kHeapKilobytes);
    return context;
  }

  [[nodiscard]] bool match(const std::string& classes,
                           std::size_t at,
                           pcre2_match_data* data,
                           pcre2_match_context* context) const {
    const auto* const text = reinterpret_cast<PCRE2_SPTR>(classes.data());
    int result = pcre2_match(code_.get(), text, classes.size(), at, 0, data, context);
    // Compiled code has a small stack; the interpreter has the heap.
    if (result == PCRE2_ERROR_JIT_STACKLIMIT)
      result = pcre2_match(code_.get(), text, classes.size(), at, PCRE2_NO_JIT, data, context);
    if (result == PCRE2_ERROR_NOMATCH) return false;
    if (result < 0) give_up(classes.size(), message_of(result));
    return true;
  }

  [[noreturn]] void give_up(std::size_t characters, const std::string& why) const {
    throw Error(ErrorKind::checkpoint,
                name_ + ": wanted a pattern that finds its matches in few steps, got " + pattern_ +
                    " on a text of " + std::to_string(characters) + " characters: " + why);
  }

  std::string name_;
  std::string pattern_;  ///< for errors
  MatchingTime time_;
  std::optional<CharacterClasses> classes_;
  Code code_;
};

class Literal final : public Pattern {
 public:
  explicit Literal(std::string literal) : literal_(std::move(literal)) {}

  [[nodiscard]] std::vector<MatchedSpan> cut(std::string_view text) const override {
    std::vector<MatchedSpan> spans;
    std::size_t done = 0;
    for (auto at = text.find(literal_); at != std::string_view::npos;
         at = text.find(literal_, done)) {
      if (at > done) spans.push_back({.first = done, .last = at, .matched = false});
      done = at + literal_.size();
      spans.push_back({.first = at, .last = done, .matched = true});
    }
    if (done < text.size()) spans.push_back({.first = done, .last = text.size(), .matched = false});
    return spans;
  }

  [[nodiscard]] std::size_t shortest() const override { return literal_.size(); }

 private:
  std::string literal_;
};

class CharacterPattern final : public Pattern {
 public:
  explicit CharacterPattern(std::function<bool(char32_t)> matches) : matches_(std::move(matches)) {}

  [[nodiscard]] std::vector<MatchedSpan> cut(std::string_view text) const override {
    std::vector<MatchedSpan> spans;
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size();) {
      const auto character = unicode::character_at(text, at);
      const std::size_t end = at + character.bytes;
      if (matches_(character.code)) {
        if (at > done) spans.push_back({.first = done, .last = at, .matched = false});
        spans.push_back({.first = at, .last = end, .matched = true});
        done = end;
      }
      at = end;
    }
    if (done < text.size()) spans.push_back({.first = done, .last = text.size(), .matched = false});
    return spans;
  }

  [[nodiscard]] std::size_t shortest() const override { return 1; }

 private:
  std::function<bool(char32_t)> matches_;
};

}  // namespace

std::unique_ptr<const Pattern> make_regular_expression(const std::string& name,
                                                       const std::string& pattern,
                                                       const MatchingTime& time) {
  return std::make_unique<RegularExpression>(name, pattern, time);
}

std::unique_ptr<const Pattern> make_literal(const std::string& literal) {
  return std::make_unique<Literal>(literal);
}

std::unique_ptr<const Pattern> make_character_pattern(std::function<bool(char32_t)> matches) {
  return std::make_unique<CharacterPattern>(std::move(matches));
}

}  // namespace smdm
