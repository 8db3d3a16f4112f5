// A walk through JSON text that is known to be well formed, along a pointer, counting lines at its
// end. The parser keeps no places, and entries are few enough to be walked over once more.
#include "results/export/json_line.hpp"

#include <algorithm>
#include <vector>

#include "base/text/json_text.hpp"

namespace smdm {
namespace {

class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  [[nodiscard]] std::size_t at() const { return at_; }

  void skip_space() {
    while (at_ < text_.size() && kSpace.find(text_[at_]) != std::string_view::npos) ++at_;
  }

  void skip_value() {
    if (text_[at_] == '"') {
      skip_string();
    } else if (text_[at_] == '{' || text_[at_] == '[') {
      skip_structure();
    } else {
      at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    }
  }

  /// Goes from the beginning of an object or array to a member or item; false where it has none.
  bool enter(const std::string& key) {
    const bool is_object = text_[at_] == '{';
    if (!is_object && text_[at_] != '[') return false;
    std::optional<std::size_t> found;
    ++at_;
    for (std::size_t index = 0;; ++index) {
      skip_space();
      if (text_[at_] == '}' || text_[at_] == ']') break;
      const bool is_wanted = is_object ? read_key() == key : std::to_string(index) == key;
      if (is_wanted) found = at_;
      skip_value();
      skip_space();
      if (text_[at_] == ',') ++at_;
    }
    at_ = found.value_or(at_);
    return found.has_value();
  }

 private:
  static constexpr std::string_view kSpace = " \t\r\n";

  void skip_string() {
    for (++at_; text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
  }

  void skip_structure() {
    std::size_t depth = 0;
    do {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
    } while (depth > 0);
  }

  /// The key that begins here, going on to its value.
  std::string read_key() {
    const std::size_t begin = at_;
    skip_string();
    auto key = parse_json(text_.substr(begin, at_ - begin)).get<std::string>();
    at_ = text_.find(':', at_) + 1;
    skip_space();
    return key;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::size_t> json_line(std::string_view text, const std::string& pointer) {
  Walk walk(text);
  walk.skip_space();
  Json::json_pointer left(pointer);
  std::vector<std::string> keys;
  for (; !left.empty(); left.pop_back()) keys.push_back(left.back());
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
    if (!walk.enter(*key)) return std::nullopt;
  }
  const auto before = text.substr(0, walk.at());
  return static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
}

}  // namespace smdm
