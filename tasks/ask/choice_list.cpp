#include "tasks/ask/choice_list.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {

Json choice_lists(const Json& choices) {
  std::vector<std::string> texts;
  std::vector<std::string> labels;
  if (choices.is_array()) {
    for (const Json& choice : choices) {
      texts.push_back(text_field(choice, "text"));
      labels.push_back(text_field(choice, "label"));
    }
  } else {
    texts = texts_field(choices, "text");
    labels = texts_field(choices, "label");
  }
  if (texts.empty() || texts.size() != labels.size()) {
    throw Error(ErrorKind::data, "wanted as many choice texts as labels, got " +
                                     std::to_string(texts.size()) + " and " +
                                     std::to_string(labels.size()));
  }
  return {{"text", texts}, {"label", labels}};
}

std::size_t choice_index(const Json& choices, const std::string& letter) {
  const std::vector<std::string> labels = texts_field(choices, "label");
  const auto found = std::ranges::find(labels, letter);
  if (found == labels.end()) {
    std::string all;
    for (const std::string& label : labels) {
      all += all.empty() ? "" : ", ";
      all += label;
    }
    throw Error(ErrorKind::data, "wanted \"answerKey\" to be one of the choices " + all + ", got " +
                                     describe(letter));
  }
  return static_cast<std::size_t>(found - labels.begin());
}

}  // namespace smdm
