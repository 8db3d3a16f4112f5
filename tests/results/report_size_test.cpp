// How large a page is that holds every question of the eight zero-shot tasks, with texts, of two
// models.
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "base/metrics/accuracy.hpp"
#include "results/report/page.hpp"
#include "tests/results/made_pages.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

/// A task as large as a benchmark's: questions, choices, and words of a prompt and of a choice.
struct Shape {
  const char* name;
  std::size_t documents;
  std::size_t choices;
  std::size_t prompt;
  std::size_t choice;
};

/// Published sizes of the test sets; words as their prompts have them, rounded up.
constexpr Shape kShapes[] = {{"hellaswag", 10042, 4, 45, 25}, {"openbookqa", 500, 4, 14, 5},
                             {"arc_easy", 2376, 4, 26, 6},    {"boolq", 3270, 2, 120, 1},
                             {"piqa", 1838, 2, 12, 22},       {"social_iqa", 1954, 3, 25, 5},
                             {"race", 1045, 4, 400, 12},      {"lambada_standard", 5153, 1, 80, 1}};

/// Words as frequent as words are: the k-th one by 1 / k.
class Words {
 public:
  explicit Words(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < 20'000; ++i) weights_.push_back(1.0 / (i + 3.0));
    pick_ = std::discrete_distribution<int>(weights_.begin(), weights_.end());
  }

  std::string text(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      int code = pick_(random_) * 7919 % 20'011 + 26;
      text += ' ';
      for (; code > 0; code /= 13) text += static_cast<char>('a' + code % 26);
    }
    return text;
  }

  double number() { return std::uniform_real_distribution<double>(-60.0, -1.0)(random_); }

 private:
  std::mt19937_64 random_;
  std::vector<double> weights_;
  std::discrete_distribution<int> pick_;
};

/// @param values  whether each request has its any-order likelihood too, as short ones have
SampleRecord sample_of(
    const Shape& shape, std::size_t i, Words& texts, Words& numbers, bool values) {
  const auto prompt = texts.text(shape.prompt);
  std::vector<ChoiceRecord> choices;
  for (std::size_t c = 0; c < shape.choices; ++c) {
    Estimate estimate;
    estimate.nats = numbers.number();
    estimate.standard_error = std::fabs(numbers.number()) / 100.0;
    estimate.bound = Bound::lower;
    if (values)
      estimate.values = OrderValues{.any_order = estimate.nats + 0.1 / estimate.nats,
                                    .elbo = estimate.nats,
                                    .confidence = std::nullopt,
                                    .margin = std::nullopt,
                                    .entropy = std::nullopt};
    choices.push_back({.request = {.context = prompt, .continuation = texts.text(shape.choice)},
                       .estimate = estimate});
  }
  SampleRecord sample{
      .doc_id = static_cast<std::int64_t>(i), .doc = {{"q", prompt}}, .target = "0"};
  sample.outcome = std::move(choices);
  return sample;
}

TaskRecord task_of(const Shape& shape, Words& texts, Words& numbers, bool values) {
  TaskRecord task;
  task.name = shape.name;
  task.documents = static_cast<std::int64_t>(shape.documents);
  task.metrics.push_back({.info = metrics::accuracy(), .values = {}});
  for (std::size_t i = 0; i < shape.documents; ++i) {
    task.samples.push_back(sample_of(shape, i, texts, numbers, values));
    task.metrics[0].values.push_back(numbers.number() < -30.0 ? 0.0 : 1.0);
  }
  return task;
}

RunRecord run_of(std::uint64_t seed, bool values) {
  Words texts(1);  // both runs ask the same
  Words numbers(seed);
  auto run = test::made_run({.tasks = {}, .seed = seed});
  for (const auto& shape : kShapes) run.tasks.push_back(task_of(shape, texts, numbers, values));
  return run;
}

}  // namespace

TEST_CASE("26 178 questions of two models with their texts fit into 20 MB", "[long]") {
  const test::TemporaryFolder folder;
  test::store(run_of(2, true), folder.path() / "a");
  test::store(run_of(3, false), folder.path() / "b");
  const auto report =
      test::read_report({.runs = {folder.path() / "a", folder.path() / "b"}, .texts = true});
  std::size_t documents = 0;
  for (const auto& task : report.tasks) documents += task.documents;
  CHECK(documents == 26'178);
  const auto page = report::page_of(report);
  constexpr std::size_t kMost = 20'000'000;
  WARN("the page has " << page.size() << " bytes");
  CHECK(page.size() < kMost);
  std::size_t packed = 0;
  for (const Json& chunk : test::chunks_in(page)) packed += chunk.at("documents").size();
  CHECK(packed == documents);
}

}  // namespace smdm
