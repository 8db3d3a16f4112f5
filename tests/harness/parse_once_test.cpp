// Every document of every task is parsed once in a run, whatever the run is.
#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "harness/jobs/jobs.hpp"
#include "tasks/ask/catalog.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

constexpr std::size_t kMostTasks = 32;

/// How often each document was parsed, by the place of its task. A task's parse is a plain
/// function, so what it counts into cannot be an argument of it.
std::array<std::map<std::string, int>, kMostTasks> parsed;
std::array<Question (*)(const Json&), kMostTasks> parse_question;
std::array<Request (*)(const Json&), kMostTasks> parse_request;
std::array<Prompt (*)(const Json&), kMostTasks> parse_prompt;

template <std::size_t Place>
Question counted_question(const Json& document) {
  parsed[Place][document.dump()] += 1;
  return parse_question[Place](document);
}
template <std::size_t Place>
Request counted_request(const Json& document) {
  parsed[Place][document.dump()] += 1;
  return parse_request[Place](document);
}
template <std::size_t Place>
Prompt counted_prompt(const Json& document) {
  parsed[Place][document.dump()] += 1;
  return parse_prompt[Place](document);
}

template <std::size_t Place>
void count_parses(Task& task) {
  if (auto* choice = std::get_if<MultipleChoice>(&task))
    parse_question[Place] = std::exchange(choice->parse, counted_question<Place>);
  if (auto* cloze = std::get_if<Cloze>(&task))
    parse_request[Place] = std::exchange(cloze->parse, counted_request<Place>);
  if (auto* open = std::get_if<OpenAnswer>(&task))
    parse_prompt[Place] = std::exchange(open->parse, counted_prompt<Place>);
}

template <std::size_t... Places>
std::vector<Task> counted_tasks(std::vector<Task> tasks,
                                std::index_sequence<Places...> /*places*/) {
  ((Places < tasks.size() ? count_parses<Places>(tasks[Places]) : void()), ...);
  return tasks;
}

/// Runs tasks on the embedded world and checks that each document was parsed once.
void check_run(const std::vector<std::string>& names, bool probe, Settings settings) {
  const test::TemporaryFolder folder;
  for (auto& documents : parsed) documents.clear();
  auto tasks = find_tasks(names);
  if (probe) {
    for (auto& task : tasks) task = likelihood_probe(task).value();
  }
  tasks = counted_tasks(std::move(tasks), std::make_index_sequence<kMostTasks>());
  settings.tasks = names;
  settings.limit = 2.0;
  settings.output = (folder.path() / "out").string();
  std::ostringstream quiet;
  auto* const out = std::cout.rdbuf(quiet.rdbuf());
  auto* const err = std::cerr.rdbuf(quiet.rdbuf());
  try {
    run_tasks(settings, tasks);
  } catch (...) {
    std::cout.rdbuf(out);
    std::cerr.rdbuf(err);
    throw;
  }
  std::cout.rdbuf(out);
  std::cerr.rdbuf(err);
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    if (std::holds_alternative<DatedCorpus>(tasks[t])) continue;
    INFO(info(tasks[t]).name);
    CHECK(parsed[t].size() >= 2);
    CHECK(std::ranges::all_of(parsed[t], [](const auto& one) { return one.second == 1; }));
  }
}

const std::vector<std::string> kChoices = {"hellaswag", "openbookqa", "arc_easy", "boolq",
                                           "piqa",      "social_iqa", "race"};
const std::vector<std::string> kAll = {"zero-shot", "gsm8k", "reverse_curse"};

TEST_CASE("a plain run parses each document once") {
  check_run(kAll, false, {});
}

TEST_CASE("a race parses each document once") {
  Settings settings;
  settings.racing = true;
  check_run(kChoices, false, settings);
}

TEST_CASE("a dry run parses each document once") {
  Settings settings;
  settings.dry_run = true;
  check_run(kAll, false, settings);
}

TEST_CASE("a probe parses each document once") {
  check_run({"reverse_curse"}, true, {});
}

TEST_CASE("repeats parse each document once altogether") {
  Settings settings;
  settings.repeat = 2;
  check_run({"piqa", "lambada_standard", "reverse_curse_d2n"}, false, settings);
}

}  // namespace
}  // namespace smdm
