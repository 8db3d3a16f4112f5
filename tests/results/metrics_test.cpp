// Every metric there is: what it says of itself, what it makes of a document, the way through a
// results file; and that a metric nobody has heard of goes through results like any other.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/metrics/accuracy.hpp"
#include "base/metrics/list.hpp"
#include "base/metrics/perplexity.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/reader.hpp"
#include "results/run/writer.hpp"
#include "results/show/table.hpp"
#include "results/statistics/paired_difference.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/results/sample_run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What is expected of a metric.
struct Row {
  const char* name;
  const char* aggregation;
  bool higher_is_better;
  std::size_t width;
  DocumentValue document;
  bool is_mean;
  bool can_be_raced;
  /// Of two choices of 2 and 3 characters with log-likelihoods -1 and -1.2, the second right;
  /// of a greedy continuation of -2.5 nats; of a text of -6 nats in 3 tokens and 12 bytes.
  std::vector<double> of_choices, of_continuation, of_text;
};

std::vector<Row> rows() {
  using enum DocumentValue;
  return {{"acc", "mean", true, 1, verdict, true, true, {0.0}, {1.0}, {}},
          {"acc_norm", "mean", true, 1, verdict, true, true, {1.0}, {}, {}},
          {"exact_match", "mean", true, 1, verdict, true, false, {}, {}, {}},
          {"contained", "mean", true, 1, verdict, true, false, {}, {}, {}},
          {"bleu_char", "mean", true, 1, score, true, false, {}, {}, {}},
          {"bleu", "bleu", true, 10, counts, false, false, {}, {}, {}},
          {"mrr", "mean", true, 1, score, true, false, {0.5}, {}, {}},
          {"top1", "mean", true, 1, verdict, true, false, {0.0}, {}, {}},
          {"perplexity", "perplexity", false, 1, log_likelihood, false, false, {}, {-2.5}, {}},
          {"perplexity", "weighted_perplexity", false, 2, counts, false, false, {}, {}, {-6, 3}},
          {"bits_per_byte", "bits_per_byte", false, 2, counts, false, false, {}, {}, {-6, 12}},
          {"answered", "mean", true, 1, score, true, false, {}, {}, {}},
          {"judge_score", "mean", true, 1, score, true, false, {}, {}, {}}};
}

std::vector<double> of_choices(const Metric& metric, const std::vector<double>& nats) {
  const std::vector<std::size_t> characters = {2, 3};
  if (metric.of_choices == nullptr) return {};
  return {metric.of_choices({.nats = nats, .characters = characters, .gold = 1})};
}

std::vector<double> of_continuation(const Metric& metric) {
  if (metric.of_continuation == nullptr) return {};
  return {metric.of_continuation({.nats = -2.5, .is_greedy = true})};
}

std::vector<double> of_text(const Metric& metric) {
  if (metric.of_text == nullptr) return {};
  return metric.of_text({.nats = -6.0, .tokens = 3.0, .bytes = 12.0});
}

/// A run of one task with one metric, over two documents.
RunRecord run_with(const Metric& metric) {
  RunRecord run = test::made_run({.tasks = {{.verdicts = {1.0, 0.0}}}});
  MetricRecord record{.info = metric, .values = {}};
  for (std::size_t i = 0; i < 2 * metric.width; ++i)
    record.values.push_back(static_cast<double>(i % 3));
  run.tasks[0].metrics = {record};
  return run;
}

/// Sums for which every metric has a value, and a Monte Carlo error where it has any.
std::vector<double> some_sums(const Metric& metric) {
  std::vector<double> sums = {-30.0, 12.0};
  sums.resize(std::max<std::size_t>(metric.width, 2), 1.0);
  sums.resize(metric.width);
  return sums;
}

/// An invented metric of the corpus: the nats that a right answer costs.
Metric price() {
  return {.name = "price",
          .aggregation = "ratio",
          .higher_is_better = false,
          .width = 2,
          .document = DocumentValue::counts,
          .is_mean = false,
          .of_sums = [](std::span<const double> sums, double) { return -sums[0] / sums[1]; },
          .error_of_sums = [](std::span<const double> sums, double,
                              double error) { return error / sums[1]; }};
}

}  // namespace

TEST_CASE("every metric says what it is and what it makes of a document") {
  const auto metrics = all_metrics();
  const auto expected = rows();
  REQUIRE(metrics.size() == expected.size());
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const Metric& metric = metrics[i];
    const Row& row = expected[i];
    INFO(metric.name << " by " << metric.aggregation);
    CHECK(metric.name == row.name);
    CHECK(metric.aggregation == row.aggregation);
    CHECK(metric.filter == "none");
    CHECK(metric.higher_is_better == row.higher_is_better);
    CHECK(metric.width == row.width);
    CHECK(metric.document == row.document);
    CHECK(metric.is_mean == row.is_mean);
    CHECK((metric.race_divisor != nullptr) == row.can_be_raced);
    CHECK(of_choices(metric, {-1.0, -1.2}) == row.of_choices);
    CHECK(of_continuation(metric) == row.of_continuation);
    CHECK(of_text(metric) == row.of_text);
    // Where a race ruled the other choice out, every metric has the gold one first.
    if (metric.of_choices != nullptr) {
      CHECK(of_choices(metric, {-kInfinity, -1.2}) == std::vector<double>{1.0});
    }
  }
}

TEST_CASE("names, aggregations and means of metrics agree with each other") {
  std::set<std::pair<std::string, std::string>> seen;
  for (const Metric& metric : all_metrics()) {
    INFO(metric.name << " by " << metric.aggregation);
    CHECK(seen.insert({metric.name, metric.aggregation}).second);
    CHECK(metric.is_mean == (metric.aggregation == "mean"));
    CHECK((metric.document == DocumentValue::counts) == (metric.width > 1));
    const auto sums = some_sums(metric);
    if (metric.is_mean) CHECK(metric.of_sums(sums, 4.0) == sums[0] / 4.0);
    CHECK(metric.tolerance(2.0, 100, {}) > 0.0);
    CHECK(metric.tolerance(2.0, 10, {}) >= metric.tolerance(2.0, 100, {}));
    if (metric.is_mean) CHECK(metric.ratio == RatioScale::none);  // it has a closed form
    if (metric.race_divisor != nullptr) CHECK(metric.race_divisor(7) >= 1.0);
  }
}

TEST_CASE("Monte Carlo errors are the derivative of the value by the first sum") {
  for (const Metric& metric : all_metrics()) {
    INFO(metric.name << " by " << metric.aggregation);
    if (metric.error_of_sums == nullptr) {
      CHECK(metric.name == "bleu");  // texts have no such error
      continue;
    }
    constexpr double kStep = 1e-6;
    const auto sums = some_sums(metric);
    auto moved = sums;
    moved[0] += kStep;
    const double slope = (metric.of_sums(moved, 4.0) - metric.of_sums(sums, 4.0)) / kStep;
    CHECK(metric.error_of_sums(sums, 4.0, 0.5) == Approx(std::fabs(slope) * 0.5).epsilon(1e-5));
  }
}

TEST_CASE("every metric comes back from a results file as itself") {
  for (Metric metric : all_metrics()) {
    for (const char* filter : {"none", "strict"}) {
      INFO(metric.name << " by " << metric.aggregation << ", " << filter);
      const test::TemporaryFolder folder;
      metric.filter = filter;
      const auto run = run_with(metric);
      test::store(run, folder.path());
      const auto back = read_run(folder.path()).run.tasks.at(0).metrics.at(0);
      CHECK(back.info.name == metric.name);
      CHECK(back.info.filter == filter);
      CHECK(back.info.aggregation == metric.aggregation);
      CHECK(back.info.higher_is_better == metric.higher_is_better);
      CHECK(back.info.width == metric.width);
      CHECK(back.info.of_sums == metric.of_sums);
      CHECK(back.info.error_of_sums == metric.error_of_sums);
      CHECK(back.info.tolerance == metric.tolerance);
      CHECK(back.values == run.tasks[0].metrics[0].values);
    }
  }
}

TEST_CASE("a file with a metric that there is not, or that points the other way, is refused") {
  const auto error_with = [](const char* field, const Json& value) {
    const test::TemporaryFolder folder;
    const auto file = test::store(run_with(metrics::perplexity()), folder.path());
    auto results = Json::parse(test::read_file(file));
    results["smdm_eval"]["tasks"]["quiz"]["metrics"][0][field] = value;
    std::filesystem::remove(file);
    test::write_file(file, results.dump());
    return test::error_text<ErrorKind::results>([&] { return read_run(folder.path()); });
  };
  CHECK(error_with("name", "perplexity").empty());
  CHECK(test::contains(error_with("name", "surprise"), "got 'surprise' by 'perplexity'"));
  const auto unknown = error_with("aggregation", "median");
  CHECK(test::contains(unknown, "got 'perplexity' by 'median'"));
  CHECK(test::contains(unknown, "acc by mean"));
  CHECK(test::contains(unknown, "perplexity by weighted_perplexity"));
  CHECK(test::contains(error_with("higher_is_better", true),
                       "wanted higher_is_better = false of perplexity,none, got the opposite"));
}

TEST_CASE("a metric that results have never heard of goes through them") {
  RunRecord run = run_with(price());
  run.tasks[0].metrics[0].values = {-3.0, 1.0, -5.0, 3.0};
  run.tasks[0].metrics[0].mc_errors = {0.3, 0.4};
  const auto summaries = summarize(run);
  const Summary& summary = summaries.at(0).at(0);
  CHECK(summary.value == 2.0);
  CHECK(summary.monte_carlo_error.value() == Approx(0.5 / 4.0));
  // Two documents: both of one (3 or 5/3, 1/4 each) or one of each (2, 1/2).
  const double centre = (3.0 + 5.0 / 3.0) / 4 + 2.0 / 2;
  const double variance = (std::pow(3.0 - centre, 2) + std::pow(5.0 / 3.0 - centre, 2)) / 4 +
                          std::pow(2.0 - centre, 2) / 2;
  CHECK(summary.standard_error.value() == Approx(std::sqrt(variance)).epsilon(0.05));
  CHECK(results_json(run, summaries).at("results").at("quiz").at("price,none") == 2.0);
  CHECK(test::contains(results_table(run, summaries), "|price |↓  |2.0000|"));
  const std::vector<double> cheaper = {-1.0, 1.0, -3.0, 3.0};
  const auto difference = paired_difference(price(), run.tasks[0].metrics[0].values, cheaper);
  CHECK(difference.difference == -1.0);
  CHECK(difference.test == PairedTest::permutation);

  // And one that says nothing but its name is a mean.
  const auto plain = summarize(Metric{.name = "score"}, std::vector<double>{0.25, 0.75});
  CHECK(plain.value == 0.5);
  CHECK(plain.standard_error.value() == Approx(0.25));
}

TEST_CASE("tables name a filter where there is one") {
  CHECK(display_name(metrics::normalized_accuracy()) == "acc_norm");
  CHECK(display_name(metrics::exact_match("math")) == "exact_match,math");
}

TEST_CASE("accuracy of a continuation needs to know whether it is greedy") {
  CHECK(metrics::accuracy().of_continuation({.nats = -1.0, .is_greedy = false}) == 0.0);
  CHECK_THROWS_AS(metrics::accuracy().of_continuation({.nats = -1.0, .is_greedy = {}}),
                  std::invalid_argument);
}

TEST_CASE("an impossible choice loses, and what is no number is no answer") {
  constexpr auto kNever = -std::numeric_limits<double>::infinity();
  constexpr auto kNothing = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::size_t> characters = {1, 2};
  for (const auto& metric : {metrics::accuracy(), metrics::normalized_accuracy()}) {
    const auto value = [&](const std::vector<double>& nats, std::size_t gold) {
      return metric.of_choices({.nats = nats, .characters = characters, .gold = gold});
    };
    CHECK(value({kNever, -1e300}, 1) == 1.0);
    CHECK(value({-1e300, kNever}, 0) == 1.0);
    CHECK_THROWS_AS(value({kNothing, -1.0}, 0), std::invalid_argument);
    CHECK_THROWS_AS(value({-1.0, kNothing}, 1), std::invalid_argument);
  }
}

}  // namespace smdm
