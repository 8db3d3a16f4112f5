// Each step changes a stretch of text in place; what is cut from its beginning makes it begin
// elsewhere.
#include "models/text/normalizers.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text/categories.hpp"
#include "base/text/nfc.hpp"
#include "base/text/utf8.hpp"
#include "models/text/pattern_fields.hpp"

namespace smdm {
namespace {

class Nfc final : public Normalizer {
 public:
  void apply(Stretch& stretch) const override { stretch.text = unicode::nfc(stretch.text); }
};

class Replace final : public Normalizer {
 public:
  Replace(std::unique_ptr<const Pattern> pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}

  void apply(Stretch& stretch) const override {
    std::string out;
    out.reserve(stretch.text.size());
    const std::string_view text = stretch.text;
    for (const auto& span : pattern_->cut(text)) {
      const bool cut_away = span.matched && content_.empty() && span.last > span.first;
      if (cut_away && out.empty()) stretch.place.at_start = false;
      out += span.matched ? std::string_view(content_)
                          : text.substr(span.first, span.last - span.first);
    }
    stretch.text = std::move(out);
  }

  [[nodiscard]] double growth() const override { return replacement_growth(*pattern_, content_); }

 private:
  std::unique_ptr<const Pattern> pattern_;
  std::string content_;
};

class Prepend final : public Normalizer {
 public:
  explicit Prepend(std::string prefix) : prefix_(std::move(prefix)) {}

  void apply(Stretch& stretch) const override {
    if (!stretch.text.empty() && !stretch.place.goes_on()) stretch.text.insert(0, prefix_);
  }

  [[nodiscard]] double growth() const override { return 1 + static_cast<double>(prefix_.size()); }

 private:
  std::string prefix_;
};

/// Takes white space from the ends.
class Strip final : public Normalizer {
 public:
  Strip(bool left, bool right) : left_(left), right_(right) {}

  void apply(Stretch& stretch) const override {
    std::size_t first = std::string::npos;
    std::size_t last = 0;
    for (std::size_t at = 0; at < stretch.text.size();) {
      const auto character = unicode::character_at(stretch.text, at);
      const std::size_t end = at + character.bytes;
      if (!unicode::is_white_space(character.code)) {
        first = std::min(first, at);
        last = end;
      }
      at = end;
    }
    if (right_) stretch.text.erase(last);
    if (!left_ || first == 0) return;
    stretch.text.erase(0, std::min(first, stretch.text.size()));
    stretch.place.at_start = false;
  }

 private:
  bool left_;
  bool right_;
};

class Steps final : public Normalizer {
 public:
  explicit Steps(std::vector<std::unique_ptr<const Normalizer>> steps) : steps_(std::move(steps)) {}

  void apply(Stretch& stretch) const override {
    for (const auto& step : steps_) step->apply(stretch);
  }

  [[nodiscard]] double growth() const override {
    double all = 1;
    for (const auto& step : steps_) all *= step->growth();
    return all;
  }

 private:
  std::vector<std::unique_ptr<const Normalizer>> steps_;
};

std::unique_ptr<const Normalizer> read_step(const JsonPlace& place);

std::unique_ptr<const Normalizer> read_steps(const JsonPlace& list) {
  std::vector<std::unique_ptr<const Normalizer>> steps;
  const std::size_t count = list.size();
  steps.reserve(count);
  for (std::size_t i = 0; i < count; ++i) steps.push_back(read_step(list.item(i)));
  return std::make_unique<Steps>(std::move(steps));
}

std::unique_ptr<const Normalizer> read_step(const JsonPlace& place) {
  using Keys = std::vector<std::string_view>;
  const auto type = type_of(place);
  if (type == "NFC") {
    place.allow(Keys{"type"});
    return make_nfc();
  }
  if (type == "Replace") {
    place.allow(Keys{"type", "pattern", "content"});
    return std::make_unique<Replace>(read_pattern(place.at("pattern")), place.at("content").text());
  }
  if (type == "Prepend") {
    place.allow(Keys{"type", "prepend"});
    return std::make_unique<Prepend>(place.at("prepend").text());
  }
  if (type == "Strip") {
    place.allow(Keys{"type", "strip_left", "strip_right"});
    return std::make_unique<Strip>(place.at("strip_left").flag(), place.at("strip_right").flag());
  }
  if (type == "Sequence") {
    place.allow(Keys{"type", "normalizers"});
    return read_steps(place.at("normalizers"));
  }
  reject_type(place, "NFC, Replace, Prepend, Strip or Sequence");
}

}  // namespace

std::unique_ptr<const Normalizer> read_normalizer(const JsonPlace& place) {
  auto normalizer = read_step(place);
  want_little_growth(place, normalizer->growth());
  return normalizer;
}

std::unique_ptr<const Normalizer> make_nfc() {
  return std::make_unique<Nfc>();
}

}  // namespace smdm
