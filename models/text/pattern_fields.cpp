#include "models/text/pattern_fields.hpp"

#include <array>

namespace smdm {

std::unique_ptr<const Pattern> read_pattern(const JsonPlace& place) {
  constexpr std::array<std::string_view, 2> keys{"String", "Regex"};
  place.allow(keys);
  const auto literal = place.find("String");
  const auto expression = place.find("Regex");
  if (literal.has_value() == expression.has_value()) place.reject("either \"String\" or \"Regex\"");
  const auto& given = literal ? literal.value() : expression.value();
  const auto text = given.text();
  if (text.empty()) given.reject("a pattern that is not empty");
  if (literal) return make_literal(text);
  return make_regular_expression(given.name(), text);
}

std::string type_of(const JsonPlace& place) {
  return place.at("type").text();
}

void reject_type(const JsonPlace& place, const std::string& known) {
  place.at("type").reject(known);
}

}  // namespace smdm
