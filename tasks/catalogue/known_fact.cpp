// To rank the true completion of a fact, those of all other entities have to be known, so this
// takes the whole data set before any document of it. Descriptions come in several wordings; a
// rival is taken in the wording that goes with the prompt's where it has one.
#include "tasks/catalogue/known_fact.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/text/unicode.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

constexpr const char* kEntity = "entity";
constexpr const char* kCandidates = "candidates";

std::set<std::string> names_in(std::span<const Json> documents) {
  std::set<std::string> names;
  for (const Json& document : documents) {
    std::string name = unicode::strip(text_field(document, "completion"));
    if (!name.empty()) names.insert(std::move(name));
  }
  return names;
}

/// Of the texts offered for a place, the first in the order of code points stays there.
void keep_first(const std::string& text, Json& place) {
  if (place.is_null() || text < place.get<std::string>()) place = text;
}

/// The document with its entity and the completions to rank, as it lies in samples files.
Json ranked(const Json& document, const std::string& entity, const std::set<std::string>& all) {
  if (all.size() < 2) {
    throw Error(ErrorKind::data, "wanted completions of at least two entities to rank, got one");
  }
  Json completed = document;
  completed[kEntity] = entity;
  completed[kCandidates] = all;
  return completed;
}

Json gather_names(std::span<const Json> documents, std::span<const Json> /*companions*/) {
  Json completions = Json::object();
  for (const Json& document : documents) {
    keep_first(text_field(document, "completion"),
               completions[unicode::strip(text_field(document, "completion"))]);
  }
  return completions;
}

Json complete_names(const Json& document, const Json& completions) {
  const std::string own = text_field(document, "completion");
  const std::string entity = unicode::strip(own);
  std::set<std::string> all{own};
  for (const auto& [name, completion] : completions.items()) {
    if (name != entity) all.insert(completion.get<std::string>());
  }
  return ranked(document, entity, all);
}

/// A prompt and the entity that it is about.
struct Asked {
  std::string entity;
  std::string form;  ///< the prompt with a line end in the place of the name
};

/// The longest name in the prompt and the prompt without it, or nothing.
std::optional<Asked> find_entity(const std::string& prompt, const Json& names) {
  std::string found;
  for (const auto& [name, completions] : names.items()) {
    const bool longer = name.size() > found.size();
    if (longer && prompt.find(name) != std::string::npos) found = name;
  }
  if (found.empty()) return std::nullopt;
  const std::size_t at = prompt.find(found);
  return Asked{.entity = found,
               .form = prompt.substr(0, at) + "\n" + prompt.substr(at + found.size())};
}

/// @return {name: {form: completion}} of all names; those without a prompt have no completions
Json gather_descriptions(std::span<const Json> documents, std::span<const Json> companions) {
  Json by_name = Json::object();
  for (const std::string& name : names_in(companions)) by_name[name] = Json::object();
  for (const Json& document : documents) {
    const auto asked = find_entity(text_field(document, "prompt"), by_name);
    if (!asked) continue;  // complete_descriptions() says so, with file and line
    keep_first(text_field(document, "completion"), by_name[asked->entity][asked->form]);
  }
  return by_name;
}

std::optional<std::string> completion_for(const Json& completions, const std::string& form) {
  if (completions.empty()) return std::nullopt;
  if (completions.contains(form)) return completions.at(form).get<std::string>();
  std::vector<std::string> all;
  for (const Json& completion : completions) all.push_back(completion.get<std::string>());
  return *std::ranges::min_element(all);
}

Json complete_descriptions(const Json& document, const Json& by_name) {
  const std::string prompt = text_field(document, "prompt");
  const auto asked = find_entity(prompt, by_name);
  if (!asked) {
    throw Error(ErrorKind::data, "wanted the field \"prompt\" to hold one of the " +
                                     std::to_string(by_name.size()) +
                                     " names of the file of names, got " + describe(prompt));
  }
  std::set<std::string> all{text_field(document, "completion")};
  for (const auto& [name, completions] : by_name.items()) {
    if (name == asked->entity) continue;
    if (const auto completion = completion_for(completions, asked->form)) all.insert(*completion);
  }
  return ranked(document, asked->entity, all);
}

}  // namespace

WholeSet ranked_names() {
  return {.gather = gather_names, .complete = complete_names};
}

WholeSet ranked_descriptions() {
  return {.gather = gather_descriptions, .complete = complete_descriptions};
}

}  // namespace smdm
