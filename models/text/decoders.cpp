// Each step maps a list of texts to another one, in place.
#include "models/text/decoders.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>
#include <utility>

#include "base/text/unicode.hpp"
#include "base/text/utf8.hpp"
#include "models/text/byte_alphabet.hpp"
#include "models/text/pattern_fields.hpp"

namespace smdm {
namespace {

using Keys = std::vector<std::string_view>;
using Texts = std::vector<std::string>;

class ByteLevel final : public Decoder {
 public:
  void apply(Texts& tokens) const override {
    std::string bytes;
    for (const auto& token : tokens) bytes += from_byte_alphabet(token).value_or(token);
    tokens = {unicode::with_replacements(bytes)};
  }
};

/// The byte of a token "<0xNN>".
std::optional<char> fallback_byte(const std::string& token) {
  constexpr std::size_t length = 6;
  if (token.size() != length || !token.starts_with("<0x") || !token.ends_with('>')) return {};
  std::uint8_t byte = 0;
  const char* const last = token.data() + length - 1;
  const auto [end, error] = std::from_chars(token.data() + 3, last, byte, 16);
  if (error != std::errc() || end != last) return {};
  return static_cast<char>(byte);
}

/// Runs of tokens of bytes become their text; a run that is no UTF-8 becomes U+FFFD for each byte.
class ByteFallback final : public Decoder {
 public:
  void apply(Texts& tokens) const override {
    Texts texts;
    texts.reserve(tokens.size());
    std::string run;
    for (auto& token : tokens) {
      if (const auto byte = fallback_byte(token)) {
        run += byte.value();
        continue;
      }
      flush(run, texts);
      texts.push_back(std::move(token));
    }
    flush(run, texts);
    tokens = std::move(texts);
  }

 private:
  static void flush(std::string& run, Texts& texts) {
    if (unicode::is_valid(run)) {
      if (!run.empty()) texts.push_back(run);
    } else {
      texts.insert(texts.end(), run.size(), "\xEF\xBF\xBD");
    }
    run.clear();
  }
};

class Replace final : public Decoder {
 public:
  Replace(std::unique_ptr<const Pattern> pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}

  void apply(Texts& tokens) const override {
    for (auto& token : tokens) {
      std::string out;
      for (const auto& span : pattern_->cut(token))
        out += span.matched ? content_ : token.substr(span.first, span.last - span.first);
      token = std::move(out);
    }
  }

  [[nodiscard]] double growth() const override { return replacement_growth(*pattern_, content_); }

 private:
  std::unique_ptr<const Pattern> pattern_;
  std::string content_;
};

/// Takes a character from each text's ends, as often as it is said at most.
class Strip final : public Decoder {
 public:
  Strip(std::string content, std::size_t left, std::size_t right)
      : content_(std::move(content)), left_(left), right_(right) {}

  void apply(Texts& tokens) const override {
    for (auto& token : tokens) {
      for (std::size_t i = 0; i < left_ && token.starts_with(content_); ++i)
        token.erase(0, content_.size());
      for (std::size_t i = 0; i < right_ && token.ends_with(content_); ++i)
        token.erase(token.size() - content_.size());
    }
  }

 private:
  std::string content_;
  std::size_t left_;
  std::size_t right_;
};

class Fuse final : public Decoder {
 public:
  void apply(Texts& tokens) const override {
    tokens = {std::accumulate(tokens.begin(), tokens.end(), std::string())};
  }
};

/// Visible blanks become blanks; in the first text they go where one was put in front.
class Metaspace final : public Decoder {
 public:
  Metaspace(std::string replacement, bool in_front)
      : replacement_(std::move(replacement)), in_front_(in_front) {}

  void apply(Texts& tokens) const override {
    bool first = true;
    for (auto& token : tokens)
      token = replaced(token, std::exchange(first, false) && in_front_ ? "" : " ");
  }

 private:
  [[nodiscard]] std::string replaced(const std::string& token, std::string_view blank) const {
    std::string out;
    std::size_t done = 0;
    for (auto at = token.find(replacement_); at != std::string::npos;
         at = token.find(replacement_, done)) {
      out.append(token, done, at - done).append(blank);
      done = at + replacement_.size();
    }
    return out.append(token, done);
  }

  std::string replacement_;
  bool in_front_;
};

class Steps final : public Decoder {
 public:
  explicit Steps(std::vector<std::unique_ptr<const Decoder>> steps) : steps_(std::move(steps)) {}

  void apply(Texts& tokens) const override {
    for (const auto& step : steps_) step->apply(tokens);
  }

  [[nodiscard]] double growth() const override {
    double all = 1;
    for (const auto& step : steps_) all *= step->growth();
    return all;
  }

 private:
  std::vector<std::unique_ptr<const Decoder>> steps_;
};

std::string one_character(const JsonPlace& place) {
  return unicode::encode(std::u32string(1, place.character()));
}

std::unique_ptr<const Decoder> read_metaspace(const JsonPlace& place) {
  place.allow(
      Keys{"type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep"});
  const auto given = place.find("prepend_scheme");
  const auto scheme = given ? given->text() : "always";
  if (given && scheme != "always" && scheme != "first" && scheme != "never")
    given->reject("always, first or never");
  return std::make_unique<Metaspace>(one_character(place.at("replacement")), scheme != "never");
}

std::unique_ptr<const Decoder> read_step(const JsonPlace& place);

std::unique_ptr<const Decoder> read_steps(const JsonPlace& list) {
  std::vector<std::unique_ptr<const Decoder>> steps;
  steps.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) steps.push_back(read_step(list.item(i)));
  return std::make_unique<Steps>(std::move(steps));
}

std::unique_ptr<const Decoder> read_strip(const JsonPlace& place) {
  place.allow(Keys{"type", "content", "start", "stop"});
  return std::make_unique<Strip>(one_character(place.at("content")), place.at("start").count(),
                                 place.at("stop").count());
}

std::unique_ptr<const Decoder> read_step(const JsonPlace& place) {
  const auto type = type_of(place);
  if (type == "ByteLevel") {
    place.allow(Keys{"type", "add_prefix_space", "trim_offsets", "use_regex"});
    return make_byte_level_decoder();
  }
  if (type == "Replace") {
    place.allow(Keys{"type", "pattern", "content"});
    return std::make_unique<Replace>(read_pattern(place.at("pattern")), place.at("content").text());
  }
  if (type == "Strip") return read_strip(place);
  if (type == "Metaspace") return read_metaspace(place);
  if (type == "Sequence") {
    place.allow(Keys{"type", "decoders"});
    return read_steps(place.at("decoders"));
  }
  if (type != "ByteFallback" && type != "Fuse")
    reject_type(place, "ByteLevel, ByteFallback, Replace, Strip, Fuse, Metaspace or Sequence");
  place.allow(Keys{"type"});
  if (type == "Fuse") return std::make_unique<Fuse>();
  return std::make_unique<ByteFallback>();
}

}  // namespace

std::unique_ptr<const Decoder> read_decoder(const JsonPlace& place) {
  auto decoder = read_step(place);
  want_little_growth(place, decoder->growth());
  return decoder;
}

std::unique_ptr<const Decoder> make_byte_level_decoder() {
  return std::make_unique<ByteLevel>();
}

}  // namespace smdm
