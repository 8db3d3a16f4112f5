// What rounding may do to a run: near ties of bfloat16 counted from its samples.
#include "results/compare/rounding.hpp"

#include <cmath>

#include "base/metrics/accuracy.hpp"
#include "base/metrics/perplexity.hpp"
#include "base/metrics/rank.hpp"
#include "results/compare/gate.hpp"
#include "tests/results/gate_runs.hpp"
#include "tests/support/catch.hpp"

namespace smdm {
namespace {

using test::as_stored;
using test::exact_quiz;
using test::kQuizDocuments;
using test::made_run;

/// A run of nothing drawn at random whose first `close` questions are near ties: the right answer
/// and the next are as far apart as `share` of their nats, on all others by 3 nats.
RunRecord run_with_ties(std::size_t close, const char* dtype, double share = 0.004) {
  auto run = made_run(exact_quiz(0));
  run.smdm_eval["model"]["dtype"] = dtype;
  auto& samples = run.tasks[0].samples;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    auto& choices = std::get<std::vector<ChoiceRecord>>(samples[i].outcome);
    choices[0].estimate.nats = -20.0;
    choices[1].estimate.nats = i < close ? -20.0 * (1.0 + share) : -23.0;
  }
  return run;
}

double turned(const RunRecord& run, std::size_t metric = 0) {
  return rounding_of(as_stored(run).tasks.at(0), metric).turned;
}

/// The verdict on a run of another processor that has `wrong` wrong documents.
GateMetric judged_elsewhere(std::size_t close, const char* dtype, std::size_t wrong) {
  auto base = run_with_ties(close, dtype);
  const std::vector<Facts> repeats = {as_stored(base, "base")};
  auto run = run_with_ties(close, dtype);
  run.smdm_eval["processor"] = "another";
  for (std::size_t i = 0; i < wrong; ++i) run.tasks[0].metrics[0].values[i] = 0.0;
  return judge(make_baseline(repeats), as_stored(run)).metrics.at(0);
}

}  // namespace

TEST_CASE("bfloat16 allows for its near ties, float32 for two documents") {
  CHECK(turned(run_with_ties(7, "bf16")) == 7.0);
  CHECK(turned(run_with_ties(7, "f32")) == 2.0);
  CHECK(turned(run_with_ties(1, "bf16")) == 2.0);  // at least two
  CHECK(turned(run_with_ties(7, "bf16", 0.0077)) == 7.0);
  CHECK(turned(run_with_ties(7, "bf16", 0.0080)) == 2.0);  // further apart than 2^-7
  auto older = run_with_ties(7, "bf16");
  older.smdm_eval["model"].erase("dtype");
  CHECK(turned(older) == 2.0);
  older.model.dtype = "bfloat16";  // lm-eval's field alone says it
  CHECK(turned(older) == 7.0);
}

TEST_CASE("a near tie of wrong answers turns no verdict") {
  auto run = run_with_ties(7, "bf16");
  for (auto& sample : run.tasks[0].samples) {
    auto& choices = std::get<std::vector<ChoiceRecord>>(sample.outcome);
    choices.push_back(choices[1]);
    choices[0].estimate.nats = -40.0;
  }
  CHECK(turned(run) == 2.0);
}

TEST_CASE("near ties are those of the metric") {
  auto run = run_with_ties(0, "bf16");
  run.tasks[0].metrics.push_back(
      {.info = metrics::normalized_accuracy(), .values = std::vector<double>(kQuizDocuments, 1.0)});
  run.tasks[0].metrics.push_back(
      {.info = metrics::exact_match(), .values = std::vector<double>(kQuizDocuments, 1.0)});
  for (std::size_t i = 0; i < 9; ++i) {
    auto& choices = std::get<std::vector<ChoiceRecord>>(run.tasks[0].samples[i].outcome);
    choices[0].estimate.nats = -30.0;  // " yes": 10 a character
    choices[1].estimate.nats = -20.0;  // " no": 10 a character
  }
  CHECK(turned(run, 0) == 2.0);
  CHECK(turned(run, 1) == 9.0);
  CHECK(turned(run, 2) == 2.0);  // of texts
  // A choice that was ruled out is no tie.
  for (auto& sample : run.tasks[0].samples)
    std::get<std::vector<ChoiceRecord>>(sample.outcome)[0].estimate.nats = -INFINITY;
  CHECK(turned(run, 1) == 2.0);
}

TEST_CASE("the gate passes as many turned documents on another machine as there are near ties") {
  CHECK(judged_elsewhere(6, "bf16", 6).rule == GateRule::tolerance);
  CHECK(judged_elsewhere(6, "bf16", 6).passed);
  CHECK_FALSE(judged_elsewhere(6, "bf16", 7).passed);
  CHECK(judged_elsewhere(6, "f32", 2).passed);
  CHECK_FALSE(judged_elsewhere(6, "f32", 3).passed);
}

TEST_CASE("a perplexity in bfloat16 moves by the rounding of its documents, at most 1 %") {
  const auto relative = [](std::size_t documents, double nats, const char* dtype) {
    auto run = made_run(exact_quiz(0));
    run.smdm_eval["model"]["dtype"] = dtype;
    auto& task = run.tasks[0];
    task.samples.resize(documents);
    task.metrics = {
        {.info = metrics::perplexity(), .values = std::vector<double>(documents, nats)}};
    return rounding_of(as_stored(run).tasks.at(0), 0).relative;
  };
  CHECK(relative(50, -3.0, "bf16") == Approx(3.0 / 128 / std::sqrt(50.0)));
  CHECK(relative(2, -3.0, "bf16") == 0.01);
  CHECK(relative(50, -0.001, "bf16") == 1e-4);
  CHECK(relative(50, -3.0, "f32") == 1e-4);
}

}  // namespace smdm
