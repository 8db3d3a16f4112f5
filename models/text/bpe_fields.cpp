#include <array>

#include "models/text/bpe.hpp"

namespace smdm {
namespace {

std::pair<std::string, std::string> read_merge(const JsonPlace& place) {
  if (place.value().is_array()) {
    if (place.size() != 2) place.reject("a list of two tokens");
    return {place.item(0).text(), place.item(1).text()};
  }
  const auto both = place.text();
  const auto blank = both.find(' ');
  if (blank == std::string::npos || both.find(' ', blank + 1) != std::string::npos)
    place.reject("two tokens with a blank between them");
  return {both.substr(0, blank), both.substr(blank + 1)};
}

std::vector<std::pair<std::string, std::string>> read_merges(const JsonPlace& list) {
  std::vector<std::pair<std::string, std::string>> merges;
  merges.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    // A line of the file with merges that may come before the first one.
    const auto& item = list.value()[i];
    const bool is_header =
        item.is_string() && item.get_ref<const std::string&>().starts_with("#version");
    if (!is_header) merges.push_back(read_merge(list.item(i)));
  }
  return merges;
}

void want_empty(const JsonPlace& place, const std::string& key) {
  const auto set = place.find(key);
  if (set && !set->text().empty()) set->reject("null or an empty text");
}

}  // namespace

std::vector<std::pair<std::string, std::int64_t>> read_vocabulary(const JsonPlace& place) {
  if (!place.value().is_object()) place.reject("an object of tokens and their ids");
  std::vector<std::pair<std::string, std::int64_t>> vocabulary;
  vocabulary.reserve(place.value().size());
  for (const auto& [token, id] : place.value().items()) {
    if (!id.is_number_unsigned()) (void)place.at(token).id();
    vocabulary.emplace_back(token, id.get<std::int64_t>());
  }
  return vocabulary;
}

BpeParts read_bpe(const JsonPlace& place) {
  constexpr std::array<std::string_view, 10> keys{"type",
                                                  "dropout",
                                                  "unk_token",
                                                  "continuing_subword_prefix",
                                                  "end_of_word_suffix",
                                                  "fuse_unk",
                                                  "byte_fallback",
                                                  "ignore_merges",
                                                  "vocab",
                                                  "merges"};
  const auto type = place.find("type");
  if (type && type->text() != "BPE") type->reject("BPE");
  place.allow(keys);
  const auto dropout = place.find("dropout");
  if (dropout && dropout->value() != 0) dropout->reject("null");
  want_empty(place, "continuing_subword_prefix");
  want_empty(place, "end_of_word_suffix");
  BpeParts parts{.vocabulary = read_vocabulary(place.at("vocab")),
                 .merges = read_merges(place.at("merges")),
                 .unknown = {},
                 .fuse_unknown = place.flag("fuse_unk", false),
                 .byte_fallback = place.flag("byte_fallback", false),
                 .ignore_merges = place.flag("ignore_merges", false)};
  if (const auto unknown = place.find("unk_token")) parts.unknown = unknown->text();
  return parts;
}

}  // namespace smdm
