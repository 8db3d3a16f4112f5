/// HTML that nothing from a run can break out of: markup is made by tag() and text() alone, and
/// both escape what they are given.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"

namespace smdm::report {

/// A piece of markup.
class Html {
 public:
  Html() = default;

  [[nodiscard]] const std::string& markup() const noexcept { return markup_; }
  [[nodiscard]] bool empty() const noexcept { return markup_.empty(); }

  Html& operator<<(const Html& more) {
    markup_ += more.markup_;
    return *this;
  }

  /// REQUIRES: markup that this program made, such as styles and scripts of its own
  [[nodiscard]] static Html trusted(std::string markup) { return Html(std::move(markup)); }

 private:
  explicit Html(std::string markup) : markup_(std::move(markup)) {}
  std::string markup_ = {};
};

/// An attribute: its name is the program's, its value may be anybody's.
using Attribute = std::pair<std::string_view, std::string>;
using Attributes = std::vector<Attribute>;

/// A text as it is: what HTML would read as markup is escaped, and control characters and bytes
/// that are no UTF-8 become U+FFFD.
[[nodiscard]] Html text(std::string_view text);

/// <name attributes>content</name>.
[[nodiscard]] Html tag(std::string_view name, const Attributes& attributes, const Html& content);

/// The same around a text.
[[nodiscard]] Html tag(std::string_view name,
                       const Attributes& attributes,
                       std::string_view content);

/// An element without content or end: <meta ...>.
[[nodiscard]] Html void_tag(std::string_view name, const Attributes& attributes);

/// A text of a run: set apart in its direction of writing (class "text").
[[nodiscard]] Html run_text(std::string_view name, std::string_view words);

/// JSON that can stand in a script element: <, >, & and the line ends of JavaScript that JSON does
/// not know are written as \u003c and so on, which is the same JSON.
[[nodiscard]] std::string script_json(const Json& value);

/// A cell of a table.
struct Cell {
  std::string text = {};
  std::optional<double> value = {};  ///< the number, where the text is not all of it
};

struct Head {
  std::string title = {};
  bool number = false;
};

/// A table that scripts can sort, filter and copy.
struct Table {
  std::string id = {};  ///< of the element around it
  std::string caption = {};
  std::vector<Head> heads = {};
  std::vector<std::vector<Cell>> rows = {};  ///< each with a cell for each head
};

/// @throws std::invalid_argument  if a row has another number of cells
[[nodiscard]] Html table(const Table& table);

}  // namespace smdm::report
