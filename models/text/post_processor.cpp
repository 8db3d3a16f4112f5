#include "models/text/post_processor.hpp"

#include "models/text/pattern_fields.hpp"

namespace smdm {
namespace {

using Keys = std::vector<std::string_view>;

/// The ids of a special token by its name in the template.
std::vector<std::int64_t> ids_of(const JsonPlace& place, const JsonPlace& special_tokens) {
  const auto name = place.at("id").text();
  const auto known = special_tokens.find(name);
  if (!known) place.at("id").reject("one of the names in \"special_tokens\"");
  known->allow(Keys{"id", "ids", "tokens"});
  const auto list = known->at("ids");
  std::vector<std::int64_t> ids;
  ids.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) ids.push_back(list.item(i).id());
  return ids;
}

void append(const std::vector<std::int64_t>& ids, std::vector<std::int64_t>& out) {
  out.insert(out.end(), ids.begin(), ids.end());
}

SpecialFrame read_template(const JsonPlace& place) {
  place.allow(Keys{"type", "single", "pair", "special_tokens"});
  const auto single = place.at("single");
  const auto special_tokens = place.at("special_tokens");
  SpecialFrame frame;
  bool seen = false;
  for (std::size_t i = 0; i < single.size(); ++i) {
    const auto part = single.item(i);
    part.allow(Keys{"SpecialToken", "Sequence"});
    if (const auto special = part.find("SpecialToken")) {
      append(ids_of(special.value(), special_tokens), seen ? frame.behind : frame.front);
      continue;
    }
    const auto sequence = part.at("Sequence").at("id");
    if (sequence.text() != "A" || seen) sequence.reject("the text, \"A\", once");
    seen = true;
  }
  if (!seen) single.reject("a list with the text, {\"Sequence\": {\"id\": \"A\"}}");
  return frame;
}

/// Reads a processor into `frame`. @param filled  whether a template stood before
void read_into(const JsonPlace& place, SpecialFrame& frame, bool& filled) {
  const auto type = type_of(place);
  if (type == "ByteLevel") {
    place.allow(Keys{"type", "add_prefix_space", "trim_offsets", "use_regex"});
  } else if (type == "TemplateProcessing") {
    if (filled) place.reject("one template");
    frame = read_template(place);
    filled = true;
  } else if (type == "Sequence") {
    place.allow(Keys{"type", "processors"});
    const auto list = place.at("processors");
    for (std::size_t i = 0; i < list.size(); ++i) read_into(list.item(i), frame, filled);
  } else {
    reject_type(place, "TemplateProcessing, ByteLevel or Sequence");
  }
}

}  // namespace

SpecialFrame read_post_processor(const JsonPlace& place) {
  SpecialFrame frame;
  bool filled = false;
  read_into(place, frame, filled);
  return frame;
}

}  // namespace smdm
