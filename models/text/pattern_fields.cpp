#include "models/text/pattern_fields.hpp"

#include <algorithm>
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

double replacement_growth(const Pattern& pattern, const std::string& content) {
  const auto added = static_cast<double>(content.size());
  const std::size_t shortest = pattern.shortest();
  // Without a shortest match, something new may stand before and behind every character.
  return shortest == 0 ? 1 + 2 * added : std::max(1.0, added / static_cast<double>(shortest));
}

void want_little_growth(const JsonPlace& place, double growth) {
  constexpr double most = 1000;
  if (growth > most)
    place.reject("steps that make a text at most 1000 times longer", "steps that can make it more");
}

std::string type_of(const JsonPlace& place) {
  return place.at("type").text();
}

void reject_type(const JsonPlace& place, const std::string& known) {
  place.at("type").reject(known);
}

}  // namespace smdm
