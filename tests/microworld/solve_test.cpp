// Every question of the micro world has exactly one right answer. The answers are found here from
// the facts in world.json and the text of the question alone, as a reader would find them.
#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "tests/microworld/made_world.hpp"
#include "tests/support/catch.hpp"

namespace smdm {
namespace {

using test::groups;
using test::MadeWorld;
using Facts = nlohmann::json;

const MadeWorld& made() {
  static const MadeWorld kMade(11);
  return kMade;
}

const Facts& facts() {
  static const Facts kFacts = made().world().at("facts");
  return kFacts;
}

/// A form of question: its text with the key as the first group, the relation that it asks for, and
/// how a value is put into an answer.
struct Rule {
  std::string text;
  std::string relation;
  std::string before;
  std::string after;
};

const std::map<std::string, std::vector<Rule>>& rules() {
  static const std::map<std::string, std::vector<Rule>> kRules = {
      {"arc_easy",
       {{R"(Question: What does the \w+ (\w+) of \w+ eat\?\nAnswer:)", "eats", "", ""},
        {R"(Question: Where does the \w+ (\w+) of \w+ live\?\nAnswer:)", "lives_in", "", ""},
        {R"(Question: Which colour does the \w+ (\w+) of \w+ like\?\nAnswer:)", "likes_colour", "",
         ""}}},
      {"openbookqa",
       {{R"(The \w+ (\w+) of \w+ is made of)", "is_made_of", "", ""},
        {R"(The \w+ (\w+) of \w+ is kept in the)", "is_kept_in", "", ""},
        {R"(The \w+ (\w+) of \w+ comes from)", "comes_from", "", ""}}},
      {"boolq",
       {{R"(\w+ has a \w+ (\w+)\.\nQuestion: can the \1 swim\?\nAnswer:)", "can_swim", "", ""},
        {R"(\w+ has a \w+ (\w+)\.\nQuestion: can the \1 climb\?\nAnswer:)", "can_climb", "", ""},
        {R"(\w+ has a \w+ (\w+)\.\nQuestion: can the \1 dig\?\nAnswer:)", "can_dig", "", ""},
        {R"(\w+ has a \w+ (\w+)\.\nQuestion: can the \1 jump\?\nAnswer:)", "can_jump", "", ""}}},
      {"piqa",
       {{R"(Question: How does \w+ clean the \w+ (\w+)\?\nAnswer:)", "is_cleaned_with", "with the ",
         ""},
        {R"(Question: How does \w+ mend the \w+ (\w+)\?\nAnswer:)", "is_mended_with", "with the ",
         ""},
        {R"(Question: How does \w+ paint the \w+ (\w+)\?\nAnswer:)", "is_painted_with", "with the ",
         ""},
        {R"(Question: How does \w+ wrap the \w+ (\w+)\?\nAnswer:)", "is_wrapped_with", "with the ",
         ""}}},
      {"social_iqa",
       {{R"(Q: \w+ (\w+) on \w+\. How does \w+ feel\?\nA:)", "makes_feel", "", ""},
        {R"(Q: \w+ (\w+) on \w+\. What will \w+ do next\?\nA:)", "makes_do", "", ""},
        {R"(Q: \w+ (\w+) on \w+\. What does \w+ want\?\nA:)", "makes_want", "", ""}}},
      {"hellaswag",
       {{R"((\w+): \w+ [a-z ]+\. Then s?he)", "goes_on_with", "", "."},
        {R"((\w+): \w+ [a-z ]+\. At last s?he)", "ends_with", "", "."}}},
  };
  return kRules;
}

/// The answer that the facts give, or "" if none or more than one rule speaks of the question.
std::string answer_from_facts(const std::string& task, const std::string& context) {
  std::string answer;
  for (const Rule& rule : rules().at(task)) {
    const auto found = groups(context, rule.text);
    if (found.empty()) continue;
    if (!answer.empty()) return "";
    answer = rule.before + facts().at(rule.relation).at(found[0]).get<std::string>() + rule.after;
  }
  return answer;
}

/// The one of four facts of a passage that is asked for.
std::string answer_from_passage(const std::string& context) {
  const auto found = groups(
      context,
      R"(Article: On (\w+) (\w+) found the (\w+) in the (\w+)\.\n\nQuestion: (\w+) was it\?\nAnswer: (\w+)\n(\w+) was it\?)");
  if (found.empty()) return "";
  const std::map<std::string, std::string> aspects = {
      {"When", found[0]}, {"Who", found[1]}, {"What", found[2]}, {"Where", found[3]}};
  if (found[4] == found[6] || aspects.at(found[4]) != found[5]) return "";
  return aspects.at(found[6]);
}

std::string last_word_from_passage(const std::string& text) {
  const auto asked = groups(text, R"([^.]*\. Later (\w+) sold the \w+)");
  if (asked.empty()) return "";
  std::map<std::string, std::string> things;
  const std::regex pair(R"((\w+) got the (\w+))");
  for (std::sregex_iterator at(text.begin(), text.end(), pair), end; at != end; ++at) {
    if (!things.emplace((*at)[1].str(), (*at)[2].str()).second) return "";
  }
  return things.contains(asked[0]) ? things.at(asked[0]) : "";
}

}  // namespace

TEST_CASE("multiple choice: one choice is right, by the facts or by the passage") {
  for (const std::string& name : test::world_tasks()) {
    if (name == "lambada_standard") continue;
    const auto task = std::get<MultipleChoice>(test::task_named(name));
    for (const auto& document : made().documents(task)) {
      const Question question = task.parse(document);
      INFO(name << ": " << question.context);
      const std::string answer = name == "race" ? answer_from_passage(question.context)
                                                : answer_from_facts(name, question.context);
      REQUIRE(!answer.empty());
      CHECK(std::ranges::count(question.choices, answer) == 1);
      CHECK(question.choices.at(question.gold) == answer);
      std::vector<std::string> choices = question.choices;
      std::ranges::sort(choices);
      CHECK(std::ranges::adjacent_find(choices) == choices.end());
    }
  }
}

TEST_CASE("race: the wrong options are not in the passage") {
  const auto task = std::get<MultipleChoice>(test::task_named("race"));
  for (const auto& document : made().documents(task)) {
    const Question question = task.parse(document);
    const std::string article = document.at("article").get<std::string>();
    for (std::size_t i = 0; i < question.choices.size(); ++i) {
      const std::regex word("\\b" + question.choices[i] + "\\b");
      CHECK(std::regex_search(article, word) == (i == question.gold));
    }
  }
}

TEST_CASE("lambada: the passage says which word comes last") {
  for (const auto& document : made().documents(test::task_named("lambada_standard"))) {
    const std::string text = document.at("text").get<std::string>();
    INFO(text);
    CHECK(text.ends_with(std::string(" ").append(last_word_from_passage(text))));
  }
}

TEST_CASE("infill: the end of a text says what stood in its middle, and nothing else does") {
  const auto task = std::get<OpenAnswer>(test::task_named("infill"));
  const auto ranking = std::get<MultipleChoice>(likelihood_probe(Task(task)).value());
  const auto documents = made().documents(task);
  CHECK(documents.size() == 300);
  std::set<std::string> texts;
  std::map<std::size_t, int> places;
  for (const auto& document : documents) {
    const auto prompt = task.parse(document);
    const auto after = prompt.after.value();
    INFO(prompt.text << "|" << prompt.reference << "|" << after);
    CHECK(after.ends_with(prompt.reference));
    CHECK(prompt.text.find(prompt.reference) == std::string::npos);
    CHECK(texts.insert(prompt.text + prompt.reference + after).second);
    const auto question = ranking.parse(document);
    CHECK(question.choices.size() == 4);
    CHECK(std::set(question.choices.begin(), question.choices.end()).size() == 4);
    ++places[question.gold];
  }
  for (const auto& [place, count] : places) CHECK(std::abs(count - 75) <= 1);
}

TEST_CASE("infill: its texts are tested ones of other tasks, so that none is trained on") {
  std::set<std::string> tested;
  for (const std::string name : {"lambada_standard", "race"}) {
    const auto task = test::task_named(name);
    for (const auto& document : made().documents(task)) {
      const auto asked = ask(task, document);
      const auto* question = std::get_if<Question>(&asked);
      const auto request = requests(asked).at(question == nullptr ? 0 : question->gold);
      tested.insert(request.context + request.continuation);
    }
  }
  for (const auto& document : made().documents(test::task_named("infill"))) {
    const auto text = document.at("before").get<std::string>() +
                      document.at("middle").get<std::string>() +
                      document.at("after").get<std::string>();
    INFO(text);
    CHECK(tested.contains(text));
  }
}

TEST_CASE("right answers are equally often in every place") {
  for (const std::string& name : test::world_tasks()) {
    if (name == "lambada_standard") continue;
    const auto task = std::get<MultipleChoice>(test::task_named(name));
    std::map<std::size_t, int> places;
    std::size_t choices = 0;
    for (const auto& document : made().documents(task)) {
      const Question question = task.parse(document);
      choices = question.choices.size();
      ++places[question.gold];
    }
    INFO(name);
    REQUIRE(places.size() == choices);
    for (const auto& [place, count] : places) CHECK(count == places.at(0));
  }
}

TEST_CASE("every key of every relation is asked for once") {
  std::map<std::string, int> asked;
  for (const auto& [name, forms] : rules()) {
    const auto task = std::get<MultipleChoice>(test::task_named(name));
    for (const auto& document : made().documents(task)) {
      const std::string context = task.parse(document).context;
      for (const Rule& rule : forms) {
        const auto found = groups(context, rule.text);
        if (!found.empty()) ++asked[rule.relation + " " + found[0]];
      }
    }
  }
  std::size_t wanted = 0;
  for (const auto& [relation, pairs] : facts().items()) wanted += pairs.size();
  CHECK(asked.size() == wanted);
  for (const auto& [fact, count] : asked) {
    INFO(fact);
    CHECK(count == 1);
  }
}

namespace {

/// The number at the end of a story about counts, from its verbs.
int result_of(const std::string& question) {
  const auto start = groups(question, R"(\w+ has (\d) \w+\..* How many now\?)");
  if (start.empty()) return -1;
  int sum = std::stoi(start[0]);
  const std::regex sentence(R"((She|He) (\w+) (\d)\.)");
  for (std::sregex_iterator at(question.begin(), question.end(), sentence), end; at != end; ++at) {
    const std::string verb = (*at)[2].str();
    const bool gain = verb == "buys" || verb == "finds" || verb == "gets" || verb == "wins";
    sum += (gain ? 1 : -1) * std::stoi((*at)[3].str());
    if (sum < 0) return -1;
  }
  return sum;
}

/// Checks lines "a+b=c", each going on from the result of the one before, and the last result.
void check_steps(const std::string& answer, char between) {
  std::vector<std::string> steps;
  std::string rest = answer;
  for (std::size_t end = 0; (end = rest.find(between)) != std::string::npos;) {
    steps.push_back(rest.substr(0, end));
    rest = rest.substr(end + 1);
    if (rest.starts_with("#### ")) break;
  }
  REQUIRE(!steps.empty());
  CHECK(steps.size() <= 2);
  int last = -1;
  for (const std::string& step : steps) {
    const auto parts = groups(step, R"((\d+)([+-])(\d)=(\d+))");
    REQUIRE(parts.size() == 4);
    if (last >= 0) CHECK(std::stoi(parts[0]) == last);
    last = std::stoi(parts[3]);
    const int size = std::stoi(parts[2]);
    CHECK(std::stoi(parts[0]) + (parts[1] == "+" ? size : -size) == last);
  }
  CHECK(rest == std::string("#### ").append(std::to_string(last)));
}

}  // namespace

TEST_CASE("arithmetic: the question has the reference's result, and the steps lead to it") {
  const auto task = std::get<OpenAnswer>(test::task_named("gsm8k"));
  const auto documents = made().documents(task);
  CHECK(documents.size() == 300);
  int two_steps = 0;
  for (const auto& document : documents) {
    const std::string answer = document.at("answer").get<std::string>();
    const Prompt prompt = task.parse(document);
    INFO(prompt.text);
    CHECK(std::to_string(result_of(document.at("question").get<std::string>())) ==
          prompt.reference);
    check_steps(answer, '\n');
    two_steps += std::ranges::count(answer, '\n') == 2 ? 1 : 0;
    std::string written = " Answer: " + answer;
    std::ranges::replace(written, '\n', ' ');
    CHECK(task.score(written, prompt.reference) == std::vector<double>{1.0, 1.0});
  }
  CHECK(two_steps == 150);
}

TEST_CASE("conversations ask problems of the test, and say their results") {
  const auto task = std::get<Conversation>(test::task_named("mt_bench"));
  const auto documents = made().documents(task);
  CHECK(documents.size() == 60);
  std::set<std::string> tested;
  for (const auto& document : made().documents(test::task_named("gsm8k")))
    tested.insert("Question: " + document.at("question").get<std::string>());
  std::set<std::string> asked;
  for (const auto& document : documents) {
    const auto turns = task.parse(document).turns;
    REQUIRE(turns.size() == 2);
    REQUIRE(document.at("reference").size() == 2);
    for (std::size_t k = 0; k < 2; ++k) {
      INFO(turns[k]);
      CHECK(tested.contains(turns[k]));
      CHECK(asked.insert(turns[k]).second);
      CHECK(document.at("reference").at(k) == std::to_string(result_of(turns[k].substr(10))));
    }
  }
}

TEST_CASE("arithmetic in training is right too") {
  for (const auto& row : made().rows("training/gsm8k/train.jsonl")) {
    const std::string prompt = row.at("prompt").get<std::string>();
    const std::string answer = row.at("answer").get<std::string>();
    INFO(prompt);
    REQUIRE(prompt.starts_with("Question: "));
    REQUIRE(answer.starts_with(" Answer: "));
    check_steps(answer.substr(9), ' ');
    CHECK(answer.ends_with("#### " + std::to_string(result_of(prompt.substr(10)))));
  }
}

TEST_CASE("reversal facts: the completion is that of the one person of whom the prompt speaks") {
  const auto people = made().world().at("people");
  const std::string folder = "data/reversal_curse/microworld/";
  const std::vector<std::pair<std::string, std::string>> tests = {
      {"p2d_prompts_test", "name first"},
      {"p2d_reverse_prompts_test", "name first"},
      {"d2p_prompts_test", "description first"},
      {"d2p_reverse_prompts_test", "description first"},
      {"both_prompts_test", "both"}};
  for (const auto& [file, told] : tests) {
    for (const auto& row : made().rows(folder + file + ".jsonl")) {
      const std::string prompt = row.at("prompt").get<std::string>();
      std::string lower = prompt;
      lower[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(lower[0])));
      INFO(prompt);
      int matches = 0;
      for (const auto& person : people) {
        const auto name = person.at("name").get<std::string>();
        const auto description = person.at("description").get<std::string>();
        const bool by_name = prompt.find(name) != std::string::npos;
        if (!by_name && lower.find(description) == std::string::npos) continue;
        ++matches;
        CHECK(person.at("told") == told);
        std::string completion = row.at("completion").get<std::string>();
        if (completion.ends_with('.')) completion.pop_back();
        CHECK(completion == std::string(" ").append(by_name ? description : name));
      }
      CHECK(matches == 1);
    }
  }
}

TEST_CASE("dated documents speak of the mayors and prices of their month") {
  const auto months = made().world().at("months");
  CHECK(months.size() == 24);
  for (const auto& [month, now] : months.items()) {
    for (const auto& row : made().rows("data/temporal_arxiv/" + month + ".jsonl")) {
      const auto town = groups(row.at("title").get<std::string>(), R"(News from (\w+))");
      const auto found = groups(
          row.at("abstract").get<std::string>(),
          R"((?:Mayor (\w+) opened the \w+|The \w+ was opened by mayor (\w+))\. A bag of (\w+) costs (\d) coins\. People talk about \w+ and \w+\.)");
      REQUIRE(town.size() == 1);
      REQUIRE(found.size() == 4);
      CHECK(now.at("mayors").at(town[0]) == found[0] + found[1]);
      CHECK(now.at("prices").at(found[2]) == std::stoi(found[3]));
    }
  }
}

}  // namespace smdm
