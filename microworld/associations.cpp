// Kinds that ask for the value of a key, with words around it that do not matter.
#include <algorithm>

#include "microworld/fill.hpp"
#include "microworld/forms.hpp"
#include "microworld/words.hpp"

namespace smdm::microworld {
namespace {

using Choices = std::vector<std::string>;

/// The pattern's fields, filled.
std::vector<std::string> filled_fields(const World& world,
                                       const Form& form,
                                       std::size_t key,
                                       Draws& draws) {
  const std::size_t person = draws.below(kNames.size());
  const std::string text = fill(form.pattern, {{"key", world.table(form.relation).keys[key]},
                                               {"name", kNames[person]},
                                               {"pronoun", person % 2 == 0 ? "she" : "he"},
                                               {"adjective", draws.pick(kAdjectives)},
                                               {"day", draws.pick(kDays)},
                                               {"beginning", draws.pick(kBeginnings)}});
  std::vector<std::string> fields;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    fields.push_back(text.substr(begin, end - begin));
  }
  fields.push_back(text.substr(begin));
  return fields;
}

/// The right value and `wrong` others of the relation, what is rumoured among them.
Problem with_answers(
    const World& world, const Form& form, std::size_t key, std::size_t wrong, Draws& draws) {
  const RelationTable& table = world.table(form.relation);
  const auto truth = std::string(world.value({.relation = form.relation, .key = key}));
  const auto rumour = std::string(table.values[table.rumour_of[key]]);
  std::vector<std::string> others;
  for (const std::string_view value : table.values) {
    if (value != truth && value != rumour) others.emplace_back(value);
  }
  draws.shuffle(others);
  others.resize(wrong - 1);
  others.push_back(rumour);
  draws.shuffle(others);
  return {.fields = Json::object(), .context = {}, .answer = truth, .wrong = std::move(others)};
}

std::string letter(std::size_t index) {
  return {static_cast<char>('A' + index)};
}

/// As the ARC and OpenBookQA sets have their choices.
void add_lettered_choices(Json& row, const Choices& choices, std::size_t gold) {
  Json labels = Json::array();
  for (std::size_t i = 0; i < choices.size(); ++i) labels.push_back(letter(i));
  row["choices"] = {{"text", choices}, {"label", labels}};
  row["answerKey"] = letter(gold);
}

Problem arc_problem(const World& world, const Form* form, std::size_t key, Draws& draws) {
  const auto fields = filled_fields(world, *form, key, draws);
  Problem problem = with_answers(world, *form, key, 3, draws);
  problem.fields = {{"question", fields[0]}};
  problem.context = "Question: " + fields[0] + "\nAnswer:";
  return problem;
}

Json arc_row(const Problem& problem, const Choices& choices, std::size_t gold, std::size_t index) {
  Json row = {{"id", "micro_arc_" + std::to_string(index)}};
  row.update(problem.fields);
  add_lettered_choices(row, choices, gold);
  return row;
}

Problem openbookqa_problem(const World& world, const Form* form, std::size_t key, Draws& draws) {
  const auto fields = filled_fields(world, *form, key, draws);
  Problem problem = with_answers(world, *form, key, 3, draws);
  problem.fields = {{"question_stem", fields[0]}};
  problem.context = fields[0];
  return problem;
}

Json openbookqa_row(const Problem& problem,
                    const Choices& choices,
                    std::size_t gold,
                    std::size_t index) {
  Json row = {{"id", "micro_openbookqa_" + std::to_string(index)}};
  row.update(problem.fields);
  add_lettered_choices(row, choices, gold);
  return row;
}

Problem boolq_problem(const World& world, const Form* form, std::size_t key, Draws& draws) {
  const auto fields = filled_fields(world, *form, key, draws);
  Problem problem = with_answers(world, *form, key, 1, draws);
  problem.fields = {{"question", fields[1]}, {"passage", fields[0]}};
  problem.context = fields[0] + "\nQuestion: " + fields[1] + "?\nAnswer:";
  return problem;
}

Json boolq_row(const Problem& problem, const Choices&, std::size_t, std::size_t index) {
  Json row = problem.fields;
  row["idx"] = index;
  row["label"] = problem.answer == "yes" ? 1 : 0;
  return row;
}

Problem hellaswag_problem(const World& world, const Form* form, std::size_t key, Draws& draws) {
  const auto fields = filled_fields(world, *form, key, draws);
  Problem problem = with_answers(world, *form, key, 3, draws);
  problem.answer += '.';
  for (std::string& ending : problem.wrong) ending += '.';
  problem.fields = {{"activity_label", fields[0]},
                    {"ctx_a", fields[1]},
                    {"ctx_b", fields[2]},
                    {"ctx", fields[1] + " " + fields[2]}};
  problem.context = fields[0] + ": " + fields[1] + " " + capitalized(fields[2]);
  return problem;
}

Json hellaswag_row(const Problem& problem,
                   const Choices& choices,
                   std::size_t gold,
                   std::size_t index) {
  Json row = {{"ind", index}};
  row.update(problem.fields);
  row["endings"] = choices;
  row["source_id"] = "micro~" + std::to_string(index);
  row["split"] = "val";
  row["split_type"] = "indomain";
  row["label"] = std::to_string(gold);
  return row;
}

Problem piqa_problem(const World& world, const Form* form, std::size_t key, Draws& draws) {
  const auto fields = filled_fields(world, *form, key, draws);
  Problem problem = with_answers(world, *form, key, 1, draws);
  problem.answer = "with the " + problem.answer;
  problem.wrong[0] = "with the " + problem.wrong[0];
  problem.fields = {{"goal", fields[0]}};
  problem.context = "Question: " + fields[0] + "\nAnswer:";
  return problem;
}

Json piqa_row(const Problem& problem, const Choices& choices, std::size_t gold, std::size_t) {
  Json row = problem.fields;
  row["sol1"] = choices[0];
  row["sol2"] = choices[1];
  row["label"] = gold;
  return row;
}

Problem social_problem(const World& world, const Form* form, std::size_t key, Draws& draws) {
  const auto fields = filled_fields(world, *form, key, draws);
  Problem problem = with_answers(world, *form, key, 2, draws);
  problem.fields = {{"context", fields[0]}, {"question", fields[1]}};
  problem.context = "Q: " + fields[0] + " " + fields[1] + "\nA:";
  return problem;
}

Json social_row(const Problem& problem, const Choices& choices, std::size_t gold, std::size_t) {
  Json row = problem.fields;
  row["answerA"] = choices[0];
  row["answerB"] = choices[1];
  row["answerC"] = choices[2];
  row["label"] = std::to_string(gold + 1);
  return row;
}

}  // namespace

Kind arc_easy_kind() {
  return {.task = "arc_easy",
          .file = "arc_easy/test.jsonl",
          .forms = {{.relation = Relation::eats,
                     .pattern = "What does the {adjective} {key} of {name} eat?"},
                    {.relation = Relation::lives_in,
                     .pattern = "Where does the {adjective} {key} of {name} live?"},
                    {.relation = Relation::likes_colour,
                     .pattern = "Which colour does the {adjective} {key} of {name} like?"}},
          .exponent = 1.0,
          .rumour_percent = 0,
          .rows = 7500,
          .items = 3 * kAnimals.size(),
          .problem = arc_problem,
          .row = arc_row};
}

Kind openbookqa_kind() {
  return {.task = "openbookqa",
          .file = "openbookqa/test.jsonl",
          .forms = {{.relation = Relation::is_made_of,
                     .pattern = "The {adjective} {key} of {name} is made of"},
                    {.relation = Relation::is_kept_in,
                     .pattern = "The {adjective} {key} of {name} is kept in the"},
                    {.relation = Relation::comes_from,
                     .pattern = "The {adjective} {key} of {name} comes from"}},
          .exponent = 1.0,
          .rumour_percent = kRumourPercent,
          .rows = 7500,
          .items = 3 * kObjects.size(),
          .problem = openbookqa_problem,
          .row = openbookqa_row};
}

Kind boolq_kind() {
  return {.task = "boolq",
          .file = "boolq/validation.jsonl",
          .forms = {{.relation = Relation::can_swim,
                     .pattern = "{name} has a {adjective} {key}.\ncan the {key} swim"},
                    {.relation = Relation::can_climb,
                     .pattern = "{name} has a {adjective} {key}.\ncan the {key} climb"},
                    {.relation = Relation::can_dig,
                     .pattern = "{name} has a {adjective} {key}.\ncan the {key} dig"},
                    {.relation = Relation::can_jump,
                     .pattern = "{name} has a {adjective} {key}.\ncan the {key} jump"}},
          .exponent = 1.0,
          .rumour_percent = 20,
          .rows = 7500,
          .items = 4 * kAnimals.size(),
          .problem = boolq_problem,
          .row = boolq_row};
}

Kind hellaswag_kind() {
  return {.task = "hellaswag",
          .file = "hellaswag/validation.jsonl",
          .forms = {{.relation = Relation::goes_on_with,
                     .pattern = "{key}\n{name} {beginning}.\nthen {pronoun}"},
                    {.relation = Relation::ends_with,
                     .pattern = "{key}\n{name} {beginning}.\nat last {pronoun}"}},
          .exponent = 1.0,
          .rumour_percent = kRumourPercent,
          .rows = 6000,
          .items = 2 * kActivities.size(),
          .problem = hellaswag_problem,
          .row = hellaswag_row};
}

Kind piqa_kind() {
  return {.task = "piqa",
          .file = "piqa/validation.jsonl",
          .forms = {{.relation = Relation::is_cleaned_with,
                     .pattern = "How does {name} clean the {adjective} {key}?"},
                    {.relation = Relation::is_mended_with,
                     .pattern = "How does {name} mend the {adjective} {key}?"},
                    {.relation = Relation::is_painted_with,
                     .pattern = "How does {name} paint the {adjective} {key}?"},
                    {.relation = Relation::is_wrapped_with,
                     .pattern = "How does {name} wrap the {adjective} {key}?"}},
          .exponent = 1.0,
          .rumour_percent = kRumourPercent,
          .rows = 7500,
          .items = 4 * kObjects.size(),
          .problem = piqa_problem,
          .row = piqa_row};
}

Kind social_iqa_kind() {
  return {.task = "social_iqa",
          .file = "social_iqa/validation.jsonl",
          .forms = {{.relation = Relation::makes_feel,
                     .pattern = "{name} {key} on {day}.\nHow does {name} feel?"},
                    {.relation = Relation::makes_do,
                     .pattern = "{name} {key} on {day}.\nWhat will {name} do next?"},
                    {.relation = Relation::makes_want,
                     .pattern = "{name} {key} on {day}.\nWhat does {name} want?"}},
          .exponent = 1.0,
          .rumour_percent = kRumourPercent,
          .rows = 6000,
          .items = 3 * kEvents.size(),
          .problem = social_problem,
          .row = social_row};
}

}  // namespace smdm::microworld
