// Nothing that is tested occurs in training, in a world of full size.
#include <algorithm>
#include <set>
#include <unordered_set>

#include "tests/microworld/made_world.hpp"
#include "tests/support/catch.hpp"

namespace smdm {
namespace {

using test::MadeWorld;

const MadeWorld& made() {
  static const MadeWorld kMade(0, MadeWorld::Size::full);
  return kMade;
}

/// How many training texts begin with one of the texts, at the border of a word.
std::size_t texts_that_begin_with(const std::unordered_set<std::string>& beginnings,
                                  const std::vector<std::string>& texts) {
  return static_cast<std::size_t>(std::ranges::count_if(texts, [&](const std::string& text) {
    for (std::size_t end = 0; end != std::string::npos;) {
      end = text.find_first_of(" \n", end + 1);
      if (beginnings.contains(text.substr(0, end))) return true;
    }
    return false;
  }));
}

/// What the benchmarks ask, as their prompts.
std::unordered_set<std::string> contexts_of(const std::string& name) {
  std::unordered_set<std::string> contexts;
  const Task task = test::task_named(name);
  for (const auto& document : made().documents(task)) {
    for (const Request& request : requests(ask(task, document))) contexts.insert(request.context);
  }
  return contexts;
}

std::vector<std::string> base_training() {
  return made().texts("training/base/train.jsonl", {"text", "prompt", "answer"});
}

}  // namespace

TEST_CASE("sizes of the training corpora and test sets") {
  CHECK(base_training().size() == 60000);
  const auto rows = made().rows("training/base/train.jsonl");
  CHECK(std::ranges::count_if(rows, [](const auto& row) { return row.contains("prompt"); }) ==
        27000);
  CHECK(made().rows("training/gsm8k/train.jsonl").size() == 60000);
  for (const std::string& name : test::world_tasks()) {
    const auto items = made().documents(test::task_named(name)).size();
    INFO(name);
    CHECK(items >= 150);
    CHECK(items <= 500);
    CHECK(contexts_of(name).size() == items);
  }
}

TEST_CASE("no question of the eight tasks occurs in training or validation") {
  const auto training = base_training();
  const auto validation =
      made().texts("training/base/validation.jsonl", {"text", "prompt", "answer"});
  for (const std::string& name : test::world_tasks()) {
    const auto contexts = contexts_of(name);
    INFO(name);
    CHECK(texts_that_begin_with(contexts, training) == 0);
    CHECK(texts_that_begin_with(contexts, validation) == 0);
  }
}

TEST_CASE("questions that do occur would be found") {
  const auto training = base_training();
  const std::string& text = training.at(100);
  const std::unordered_set<std::string> beginning = {text.substr(0, text.find_last_of(' '))};
  CHECK(texts_that_begin_with(beginning, training) >= 1);
}

TEST_CASE("no validation text occurs in training") {
  const auto check = [](const std::string& folder, const std::vector<std::string>& fields) {
    const auto training = made().texts("training/" + folder + "/train.jsonl", fields);
    const std::unordered_set<std::string> known(training.begin(), training.end());
    const auto validation = made().texts("training/" + folder + "/validation.jsonl", fields);
    INFO(folder);
    CHECK(!validation.empty());
    CHECK(std::ranges::none_of(validation, [&](const auto& text) { return known.contains(text); }));
  };
  check("base", {"text", "prompt", "answer"});
  check("gsm8k", {"prompt", "answer"});
  check("line", {"prompt", "answer"});
  check("reverse", {"text"});
}

TEST_CASE("no line of a test occurs in training or validation, whatever is asked about it") {
  const auto lines = made().documents(test::task_named("line_copy"));
  std::unordered_set<std::string> tested;
  for (const auto& line : lines) {
    const auto prompt = std::get<Prompt>(ask(test::task_named("line_copy"), line)).text;
    tested.insert(prompt.substr(0, prompt.find('.')));
  }
  CHECK(tested.size() == 300);
  for (const char* file : {"train", "validation"}) {
    const auto prompts = made().texts("training/line/" + std::string(file) + ".jsonl", {"prompt"});
    CHECK(prompts.size() >= 1000);
    CHECK(std::ranges::none_of(prompts, [&](const auto& text) {
      return tested.contains(text.substr(0, text.find('.')));
    }));
  }
}

TEST_CASE("no tested chain of arithmetic occurs in training or validation") {
  std::set<std::string> known;
  for (const char* file : {"train", "validation"}) {
    for (const auto& answer :
         made().texts("training/gsm8k/" + std::string(file) + ".jsonl", {"answer"})) {
      known.insert(answer);
    }
  }
  std::set<std::string> tested;
  for (std::string answer : made().texts("data/gsm8k/test.jsonl", {"answer"})) {
    std::ranges::replace(answer, '\n', ' ');
    tested.insert(" Answer: " + answer);
  }
  CHECK(tested.size() > 50);  // several people may live through the same chain
  CHECK(std::ranges::none_of(tested, [&](const auto& one) { return known.contains(one); }));
}

TEST_CASE("no dated document of a test occurs in training") {
  const auto training = base_training();
  const std::unordered_set<std::string> known(training.begin(), training.end());
  std::size_t documents = 0;
  for (const auto& [path, content] : made().files()) {
    if (!path.starts_with("data/temporal_arxiv/")) continue;
    for (const auto& row : made().rows(path)) {
      ++documents;
      CHECK(!known.contains(row.at("title").get<std::string>() + "\n" +
                            row.at("abstract").get<std::string>()));
    }
  }
  CHECK(documents == 24 * 60);
}

TEST_CASE("reversal facts are never trained as they are asked") {
  const auto training = made().texts("training/reverse/train.jsonl", {"text"});
  for (const char* file : {"p2d_prompts_test", "d2p_prompts_test", "p2d_reverse_prompts_test",
                           "d2p_reverse_prompts_test", "both_prompts_test"}) {
    const auto prompts =
        made().texts("data/reversal_curse/microworld/" + std::string(file) + ".jsonl", {"prompt"});
    const std::unordered_set<std::string> asked(prompts.begin(), prompts.end());
    INFO(file);
    CHECK(asked.size() >= 45);
    CHECK(texts_that_begin_with(asked, training) == 0);
  }
}

TEST_CASE("people told in one order are never told in the other one") {
  const auto training = made().texts("training/reverse/train.jsonl", {"text"});
  for (const auto& person : made().world().at("people")) {
    const auto told = person.at("told").get<std::string>();
    if (told == "both") continue;
    const auto name = person.at("name").get<std::string>();
    const auto description = person.at("description").get<std::string>().substr(4);  // no "the"
    int tellings = 0;
    for (const std::string& text : training) {
      const std::size_t at = text.find(name);
      if (at == std::string::npos) continue;
      ++tellings;
      CHECK((at < text.find(description)) == (told == "name first"));
    }
    INFO(name);
    CHECK(tellings == 6);
  }
}

}  // namespace smdm
