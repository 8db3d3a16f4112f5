// Texts with a likelihood as a whole: their layout, and the way back.
#include <cmath>
#include <filesystem>

#include "base/metrics/bits_per_byte.hpp"
#include "base/metrics/perplexity.hpp"
#include "results/run/lm_eval_samples.hpp"
#include "results/run/reader.hpp"
#include "results/run/writer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/support.hpp"

namespace {

using namespace smdm;

RunRecord rolling_run() {
  TaskRecord task;
  task.name = "temporal_shift_2022-09";
  task.alias = task.name + " (upper bound)";
  task.output_type = OutputType::loglikelihood_rolling;
  task.documents = 7;
  const double nats[] = {-30.5, -12.25, -8.125};
  const double tokens[] = {10.0, 5.0, 2.0};
  const double bytes[] = {42.0, 20.5, 9.0};
  MetricRecord perplexity{.info = metrics::weighted_perplexity(), .values = {}};
  MetricRecord bits{.info = metrics::bits_per_byte(), .values = {}};
  for (std::size_t i = 0; i < 3; ++i) {
    perplexity.values.insert(perplexity.values.end(), {nats[i], tokens[i]});
    bits.values.insert(bits.values.end(), {nats[i], bytes[i]});
    const std::string text = "text " + std::to_string(i);
    SampleRecord sample{
        .doc_id = static_cast<std::int64_t>(i), .doc = {{"text", text}}, .target = text};
    Estimate estimate;
    estimate.nats = nats[i];
    estimate.bound = Bound::lower;
    if (i > 0) estimate.standard_error = 0.5;
    if (i > 1) estimate.fold_count = 16;  // older files do not say it
    estimate.rows = 32;
    estimate.tokens = 320;
    sample.outcome = TextRecord{.text = text, .estimate = estimate};
    sample.extra["pieces"] = 1;
    task.samples.push_back(sample);
  }
  task.metrics = {perplexity, bits};
  task.extra["bound"] = "upper";
  RunRecord run;
  run.model.name = "m";
  run.tasks = {task};
  run.groups = {{.name = "temporal_shift", .alias = {}, .tasks = {task.name}}};
  return run;
}

}  // namespace

TEST_CASE("a text's sample has lm-eval's layout of rolling log-likelihoods") {
  const auto run = rolling_run();
  const Json line = sample_json(run.tasks[0], 1);
  CHECK(line.at("arguments") == Json{{"gen_args_0", {{"arg_0", "text 1"}}}});
  CHECK(line.at("resps") == Json::array({Json::array({"-12.25"})}));
  CHECK(line.at("filtered_resps") == Json::array({"-12.25"}));
  CHECK(line.at("perplexity") == Json::array({-12.25, 5.0}));
  CHECK(line.at("bits_per_byte") == Json::array({-12.25, 20.5}));
  CHECK(line.at("smdm_eval").at("likelihood").at("standard_error") == 0.5);
  CHECK_FALSE(line.at("smdm_eval").at("likelihood").contains("folds"));
  CHECK(sample_json(run.tasks[0], 2).at("smdm_eval").at("likelihood").at("folds") == 16);
  CHECK(line.at("smdm_eval").at("likelihood").at("bound") == "lower");
  CHECK(
      sample_json(run.tasks[0], 0).at("smdm_eval").at("likelihood").at("standard_error").is_null());
}

TEST_CASE("weighted metrics are ratios of sums") {
  const auto run = rolling_run();
  const auto summaries = summarize(run);
  CHECK(summaries[0][0].value == Approx(std::exp(50.875 / 17.0)));
  CHECK(summaries[0][1].value == Approx(50.875 / 71.5 / std::log(2.0)));
  CHECK(*summaries[0][0].standard_error > 0.0);
  CHECK(*summaries[0][1].standard_error > 0.0);
  auto shuffled = run;
  auto& values = shuffled.tasks[0].metrics[0].values;
  values = {values[4], values[5], values[0], values[1], values[2], values[3]};
  const auto again = summarize(shuffled);
  CHECK(again[0][0].value == summaries[0][0].value);
  CHECK(again[0][0].standard_error == summaries[0][0].standard_error);
}

TEST_CASE("texts come back as they were written") {
  const test::TemporaryFolder folder;
  const auto run = rolling_run();
  write_run(folder.path(), run, summarize(run));
  const auto stored = read_run(folder.path());
  const auto& task = stored.run.tasks.at(0);
  CHECK(task.output_type == OutputType::loglikelihood_rolling);
  CHECK(task.alias == run.tasks[0].alias);
  CHECK(task.extra.at("bound") == "upper");
  REQUIRE(task.metrics.size() == 2);
  CHECK(task.metrics[0].info.aggregation == "weighted_perplexity");
  CHECK(task.metrics[0].values == run.tasks[0].metrics[0].values);
  CHECK(task.metrics[1].info.aggregation == "bits_per_byte");
  CHECK(task.metrics[1].values == run.tasks[0].metrics[1].values);
  REQUIRE(task.samples.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& text = std::get<TextRecord>(task.samples[i].outcome);
    const auto& wanted = std::get<TextRecord>(run.tasks[0].samples[i].outcome);
    CHECK(text.text == wanted.text);
    CHECK(text.estimate.nats == wanted.estimate.nats);
    CHECK(text.estimate.standard_error == wanted.estimate.standard_error);
    CHECK(text.estimate.fold_count == wanted.estimate.fold_count);
    CHECK(text.estimate.bound == Bound::lower);
    CHECK(text.estimate.rows == 32);
    CHECK(task.samples[i].extra == Json{{"pieces", 1}});
  }
}
