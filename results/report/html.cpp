// The one place where texts of runs become markup or parts of scripts.
#include "results/report/html.hpp"

#include <cmath>
#include <stdexcept>

#include "base/text/json_text.hpp"
#include "base/text/xml.hpp"

namespace smdm::report {
namespace {

std::string opening(std::string_view name, const Attributes& attributes) {
  std::string markup = "<";
  markup += name;
  for (const auto& [attribute, value] : attributes)
    markup.append(" ").append(attribute).append("=\"").append(xml_text(value)).append("\"");
  return markup += '>';
}

/// @param first  the cell that says what its row is about
Html cell_of(const Head& head, const Cell& cell, bool first) {
  Attributes attributes;
  if (first) attributes.emplace_back("scope", "row");
  if (head.number) attributes.emplace_back("class", "number");
  if (cell.value && std::isfinite(*cell.value))
    attributes.emplace_back("data-value", json_text(*cell.value));
  return tag(first ? "th" : "td", attributes,
             head.number ? text(cell.text) : run_text("span", cell.text));
}

Html head_row(const Table& table) {
  Html heads;
  for (const auto& head : table.heads)
    heads << tag("th", {{"scope", "col"}, {"data-type", head.number ? "number" : "text"}},
                 head.title);
  return tag("thead", {}, tag("tr", {}, heads));
}

}  // namespace

Html text(std::string_view text) {
  return Html::trusted(xml_text(text));
}

Html tag(std::string_view name, const Attributes& attributes, const Html& content) {
  auto markup = opening(name, attributes) + content.markup();
  markup.append("</").append(name).append(">");
  return Html::trusted(std::move(markup));
}

Html tag(std::string_view name, const Attributes& attributes, std::string_view content) {
  return tag(name, attributes, text(content));
}

Html void_tag(std::string_view name, const Attributes& attributes) {
  return Html::trusted(opening(name, attributes));
}

Html run_text(std::string_view name, std::string_view words) {
  return tag(name, {{"class", "text"}, {"dir", "auto"}}, words);
}

std::string script_json(const Json& value) {
  const std::string plain = json_text(value);
  std::string escaped;
  escaped.reserve(plain.size() + plain.size() / 16);
  for (std::size_t at = 0; at < plain.size(); ++at) {
    const auto rest = std::string_view(plain).substr(at);
    // Outside of strings JSON has none of these.
    if (rest.front() == '<') {
      escaped += "\\u003c";
    } else if (rest.front() == '>') {
      escaped += "\\u003e";
    } else if (rest.front() == '&') {
      escaped += "\\u0026";
    } else if (rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9")) {
      escaped += rest.starts_with("\xE2\x80\xA8") ? "\\u2028" : "\\u2029";
      at += 2;
    } else {
      escaped += rest.front();
    }
  }
  return escaped;
}

Html table(const Table& table) {
  Html rows;
  for (const auto& row : table.rows) {
    if (row.size() != table.heads.size())
      throw std::invalid_argument("table " + table.id + ": wanted " +
                                  std::to_string(table.heads.size()) + " cells, got " +
                                  std::to_string(row.size()));
    Html cells;
    for (std::size_t c = 0; c < row.size(); ++c) cells << cell_of(table.heads[c], row[c], c == 0);
    rows << tag("tr", {}, cells);
  }
  Html content;
  const auto caption = table.id + "-caption";
  content << tag("caption", {{"id", caption}}, table.caption) << head_row(table)
          << tag("tbody", {}, rows);
  // Whoever has no mouse scrolls a wide table once it has the focus.
  return tag("div",
             {{"class", "table"},
              {"id", table.id},
              {"tabindex", "0"},
              {"role", "region"},
              {"aria-labelledby", caption}},
             tag("table", {{"class", "data"}}, content));
}

}  // namespace smdm::report
