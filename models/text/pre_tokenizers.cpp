// The steps of a file's pre-tokenizer. A last ByteLevel leaves pieces as bytes, which is the same
// as writing them in its alphabet and looking them up in a vocabulary that is written so, and
// faster.
#include "models/text/pre_tokenizers.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text/categories.hpp"
#include "base/text/unicode.hpp"
#include "models/text/byte_alphabet.hpp"
#include "models/text/pattern_fields.hpp"
#include "models/text/split.hpp"

namespace smdm {
namespace {

using Keys = std::vector<std::string_view>;
using Step = std::unique_ptr<const PreTokenizer>;

constexpr const char* kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr const char* kQwenPattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";

class Split final : public PreTokenizer {
 public:
  Split(std::shared_ptr<const Pattern> pattern, SplitBehavior behavior, bool invert)
      : pattern_(std::move(pattern)), behavior_(behavior), invert_(invert) {}

  void apply(Pieces& pieces) const override {
    std::vector<std::string_view> cut;
    cut.reserve(pieces.pieces.size());
    for (const auto piece : pieces.pieces) split_at(piece, *pattern_, behavior_, invert_, cut);
    const bool begins_alike = !cut.empty() && cut.front().data() == pieces.pieces.front().data();
    pieces.place.at_start = pieces.place.at_start && begins_alike;
    pieces.pieces = std::move(cut);
  }

 private:
  std::shared_ptr<const Pattern> pattern_;
  SplitBehavior behavior_;
  bool invert_;
};

/// Puts a blank in front of each piece that has none.
class PrefixSpace final : public PreTokenizer {
 public:
  void apply(Pieces& pieces) const override {
    bool goes_on = pieces.place.goes_on();
    for (auto& piece : pieces.pieces) {
      const bool bare = std::exchange(goes_on, false);
      if (!bare && !piece.starts_with(' ')) piece = pieces.owned.emplace_back(" ").append(piece);
    }
  }
};

/// Writes each piece in the alphabet of bytes.
class ByteLetters final : public PreTokenizer {
 public:
  void apply(Pieces& pieces) const override {
    for (auto& piece : pieces.pieces) piece = pieces.owned.emplace_back(in_byte_alphabet(piece));
  }
};

enum class PrependScheme : std::uint8_t { always, first, never };

/// Blanks become a visible character, which may also come in front.
class Metaspace final : public PreTokenizer {
 public:
  Metaspace(std::string replacement, PrependScheme scheme)
      : replacement_(std::move(replacement)), scheme_(scheme) {}

  void apply(Pieces& pieces) const override {
    bool at_start = pieces.place.at_start;
    bool goes_on = pieces.place.goes_on();
    for (auto& piece : pieces.pieces) {
      const bool first = std::exchange(at_start, false);
      const bool bare = std::exchange(goes_on, false);
      piece = pieces.owned.emplace_back(replaced(piece, !bare && is_wanted(first)));
    }
  }

 private:
  [[nodiscard]] bool is_wanted(bool at_start) const {
    return scheme_ == PrependScheme::always || (scheme_ == PrependScheme::first && at_start);
  }

  [[nodiscard]] std::string replaced(std::string_view piece, bool prepend) const {
    std::string out;
    out.reserve(piece.size() + replacement_.size());
    for (const char c : piece) {
      if (c == ' ') {
        out += replacement_;
      } else {
        out += c;
      }
    }
    if (prepend && !out.starts_with(replacement_)) out.insert(0, replacement_);
    return out;
  }

  std::string replacement_;
  PrependScheme scheme_;
};

class Steps final : public PreTokenizer {
 public:
  explicit Steps(std::vector<Step> steps) : steps_(std::move(steps)) {}

  void apply(Pieces& pieces) const override {
    for (const auto& step : steps_) step->apply(pieces);
  }

 private:
  std::vector<Step> steps_;
};

Step isolating(const std::string& name, const std::string& pattern) {
  return std::make_unique<Split>(make_regular_expression(name, pattern), SplitBehavior::isolated,
                                 false);
}

SplitBehavior read_behavior(const JsonPlace& place) {
  constexpr std::array<std::string_view, 5> names{"Removed", "Isolated", "MergedWithPrevious",
                                                  "MergedWithNext", "Contiguous"};
  const auto name = place.text();
  const auto* const known = std::ranges::find(names, name);
  if (known == names.end())
    place.reject("Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous");
  return static_cast<SplitBehavior>(known - names.begin());
}

PrependScheme read_scheme(const JsonPlace& place) {
  const auto given = place.find("prepend_scheme");
  const auto name = given ? given->text() : "always";
  const auto scheme = name == "always"  ? PrependScheme::always
                      : name == "first" ? PrependScheme::first
                                        : PrependScheme::never;
  if (scheme == PrependScheme::never && name != "never")
    place.at("prepend_scheme").reject("always, first or never");
  const auto legacy = place.find("add_prefix_space");
  if (legacy && !legacy->flag() && scheme != PrependScheme::never)
    legacy->reject("true, as \"prepend_scheme\" is \"" + name + "\"");
  return scheme;
}

/// Reads steps one behind the other into one list.
class StepReader {
 public:
  explicit StepReader(bool bytes_allowed) : bytes_allowed_(bytes_allowed) {}

  void read(const JsonPlace& place) {
    const auto type = type_of(place);
    if (bytes_) write_letters();  // something follows the ByteLevel
    if (type == "Split") {
      read_split(place);
    } else if (type == "Digits") {
      read_digits(place);
    } else if (type == "ByteLevel") {
      read_byte_level(place);
    } else if (type == "Metaspace") {
      read_metaspace(place);
    } else if (type == "Sequence") {
      place.allow(Keys{"type", "pretokenizers"});
      const auto list = place.at("pretokenizers");
      for (std::size_t i = 0; i < list.size(); ++i) read(list.item(i));
    } else {
      reject_type(place, "Split, Digits, ByteLevel, Metaspace or Sequence");
    }
  }

  PreTokenization take() {
    if (bytes_ && !bytes_allowed_) write_letters();
    return {.steps = std::make_unique<Steps>(std::move(steps_)), .bytes = bytes_};
  }

 private:
  void write_letters() {
    steps_.push_back(std::make_unique<ByteLetters>());
    bytes_ = false;
  }

  void read_split(const JsonPlace& place) {
    place.allow(Keys{"type", "pattern", "behavior", "invert"});
    steps_.push_back(std::make_unique<Split>(read_pattern(place.at("pattern")),
                                             read_behavior(place.at("behavior")),
                                             place.at("invert").flag()));
  }

  void read_digits(const JsonPlace& place) {
    place.allow(Keys{"type", "individual_digits"});
    const auto numbers = unicode::category_ranges("N");
    steps_.push_back(std::make_unique<Split>(
        make_character_pattern([numbers](char32_t c) { return unicode::contains(numbers, c); }),
        place.flag("individual_digits", false) ? SplitBehavior::isolated
                                               : SplitBehavior::contiguous,
        false));
  }

  void read_byte_level(const JsonPlace& place) {
    place.allow(Keys{"type", "add_prefix_space", "trim_offsets", "use_regex"});
    (void)place.flag("trim_offsets", true);  // where tokens lie in the text is not asked for
    if (place.flag("add_prefix_space", true)) {
      steps_.push_back(std::make_unique<PrefixSpace>());
      puts_in_front_ = true;
    }
    if (place.flag("use_regex", true)) steps_.push_back(isolating(place.name(), kGpt2Pattern));
    bytes_ = true;
  }

  void read_metaspace(const JsonPlace& place) {
    place.allow(
        Keys{"type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep"});
    const auto scheme = read_scheme(place);
    // Several pieces may then count as the first one.
    if (scheme == PrependScheme::first && puts_in_front_)
      place.at("prepend_scheme").reject("always or never behind a step that puts text in front");
    puts_in_front_ = puts_in_front_ || scheme != PrependScheme::never;
    const auto replacement =
        unicode::encode(std::u32string(1, place.at("replacement").character()));
    steps_.push_back(std::make_unique<Metaspace>(replacement, scheme));
    if (place.flag("split", true)) {
      steps_.push_back(std::make_unique<Split>(make_literal(replacement),
                                               SplitBehavior::merged_with_next, false));
    }
  }

  bool bytes_allowed_;
  bool bytes_ = false;
  bool puts_in_front_ = false;  ///< does a step put text in front of pieces?
  std::vector<Step> steps_;
};

PreTokenization of_steps(std::vector<Step> steps, bool bytes) {
  return {.steps = std::make_unique<Steps>(std::move(steps)), .bytes = bytes};
}

}  // namespace

PreTokenization read_pre_tokenizer(const JsonPlace& place, bool bytes_allowed) {
  StepReader reader(bytes_allowed);
  reader.read(place);
  return reader.take();
}

PreTokenization no_pre_tokenizer() {
  return of_steps({}, false);
}

PreTokenization gpt2_pre_tokenizer(bool add_prefix_space) {
  std::vector<Step> steps;
  if (add_prefix_space) steps.push_back(std::make_unique<PrefixSpace>());
  steps.push_back(isolating("GPT-2", kGpt2Pattern));
  return of_steps(std::move(steps), true);
}

PreTokenization qwen_pre_tokenizer() {
  std::vector<Step> steps;
  steps.push_back(isolating("Qwen", kQwenPattern));
  return of_steps(std::move(steps), true);
}

}  // namespace smdm
