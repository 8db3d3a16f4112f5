// Documents that depend on each other: errors, tests and intervals over clusters, how runs store
// them, and what happens to older runs that do not.
#include "results/statistics/clusters.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <stdexcept>

#include "base/error.hpp"
#include "base/metrics/accuracy.hpp"
#include "base/metrics/perplexity.hpp"
#include "results/compare/comparison.hpp"
#include "results/compare/comparison_report.hpp"
#include "results/compare/gate.hpp"
#include "results/run/lm_eval_samples.hpp"
#include "results/run/reader.hpp"
#include "results/run/sample_reader.hpp"
#include "results/show/table.hpp"
#include "results/statistics/paired_difference.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::as_stored;
using test::contains;

const std::vector<std::size_t> kClusters = {0, 0, 1, 1, 1, 2, 2, 3};
const std::vector<double> kVerdicts = {1, 1, 0, 1, 0, 0, 1, 1};
const std::vector<double> kA = {0.5, 1.0, 0.25, 0.2, 1.0, 0.125, 0.5, 0.1};
const std::vector<double> kB = {1.0, 1.0, 0.5, 0.25, 0.5, 0.5, 1.0, 0.2};
const char* const kOlder = "an older file without clusters of documents: every document counts";

/// A quiz about as many people, ten questions each.
RunRecord quiz(const std::vector<double>& verdicts, std::uint64_t seed) {
  test::MadeTask task{.verdicts = verdicts};
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    task.people.push_back("person " + std::to_string(i / 10));
  return test::made_run({.tasks = {task}, .seed = seed});
}

/// The same as an older program left it.
RunRecord older(RunRecord run) {
  for (TaskRecord& task : run.tasks) {
    for (SampleRecord& sample : task.samples) sample.cluster.clear();
  }
  return run;
}

/// 30 people of ten questions each, whose answers have this intraclass correlation.
std::vector<double> drawn_people(double correlation, std::mt19937_64& random) {
  const double shape = (1.0 / correlation - 1.0) / 2.0;
  std::gamma_distribution<double> gamma(shape);
  std::uniform_real_distribution<double> uniform;
  std::vector<double> verdicts;
  for (int person = 0; person < 30; ++person) {
    const double known = gamma(random);
    const double chance = known / (known + gamma(random));  // of a beta distribution around 1/2
    for (int question = 0; question < 10; ++question)
      verdicts.push_back(uniform(random) < chance ? 1.0 : 0.0);
  }
  return verdicts;
}

std::vector<std::size_t> tens(std::size_t documents) {
  std::vector<std::size_t> clusters;
  for (std::size_t i = 0; i < documents; ++i) clusters.push_back(i / 10);
  return clusters;
}

/// Verdicts of people who are known or not, ten questions each.
std::vector<double> known_people(const std::vector<double>& known) {
  std::vector<double> verdicts;
  for (const double one : known) verdicts.insert(verdicts.end(), 10, one);
  return verdicts;
}

}  // namespace

TEST_CASE("clusters are numbered by first occurrence, and single documents are none") {
  CHECK(dense_clusters(std::vector<std::string>{"b", "a", "b", "c"}) ==
        std::vector<std::size_t>{0, 1, 0, 2});
  CHECK(dense_clusters(std::vector<std::string>{"b", "a", "c"}).empty());
  CHECK(dense_clusters({}).empty());
  CHECK(dense_clusters(std::vector<std::string>{"", "a", "", "a"}) ==
        std::vector<std::size_t>{0, 1, 2, 1});
  CHECK(dense_clusters(std::vector<std::string>{"", "a", ""}).empty());
  CHECK(count_clusters(kClusters, 8) == 4);
  CHECK(count_clusters({}, 8) == 8);
}

TEST_CASE("the error of a mean over clusters is the sandwich estimator's") {
  // statsmodels 0.15.0: OLS on a constant, cov_type="cluster", groups as kClusters.
  const auto summary = summarize(metrics::accuracy(), kVerdicts, kClusters);
  CHECK(summary.clustered_error.value() == Approx(0.17860862707794).epsilon(1e-12));
  CHECK(summary.standard_error.value() == Approx(std::sqrt(5.0 / 8 * 3.0 / 8 / 7)));
  CHECK(summary.clusters == 4);
}

TEST_CASE("where every document is its own cluster nothing changes, to the last bit") {
  for (const auto& metric : {metrics::accuracy(), metrics::perplexity()}) {
    const auto summary =
        summarize(metric, kA,
                  dense_clusters(std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "h"}));
    CHECK(summary.clustered_error == summary.standard_error);
    CHECK(summary.clusters == 8);
  }
  // The formula itself says the same of eight clusters of one.
  const std::vector<std::size_t> each = {0, 1, 2, 3, 4, 5, 6, 7};
  CHECK(clustered_standard_error(metrics::accuracy(), kA, each).value() ==
        Approx(summarize(metrics::accuracy(), kA).standard_error.value()).epsilon(1e-14));
}

TEST_CASE("one cluster has no error") {
  const std::vector<std::size_t> one(8, 0);
  for (const auto& metric : {metrics::accuracy(), metrics::perplexity()}) {
    CHECK_FALSE(summarize(metric, kA, one).clustered_error.has_value());
    CHECK_FALSE(paired_difference(metric, kA, kB, one).interval.has_value());
    CHECK_FALSE(metric_interval(metric, kA, one).has_value());
  }
  CHECK_FALSE(metric_interval(metrics::accuracy(), kVerdicts, one).has_value());
}

TEST_CASE("what is no mean has the bootstrap over clusters") {
  const std::vector<double> nats = {-1, -2, -3, -1.5, -2.5, -0.5};
  const std::vector<std::size_t> clusters = {0, 0, 0, 1, 1, 2};
  const auto summary = summarize(metrics::perplexity(), nats, clusters);
  CHECK(summary.value == Approx(5.754602676005731));
  // The standard deviation over all 27 samples of three clusters.
  CHECK(summary.clustered_error.value() == Approx(1.51874469701524).epsilon(0.03));
}

TEST_CASE("errors over clusters do not depend on the order of the documents, to the last bit") {
  std::vector<std::size_t> order = {0, 1, 2, 3, 4, 5, 6, 7};
  std::mt19937_64 random(3);
  for (const auto& metric : {metrics::accuracy(), metrics::perplexity()}) {
    const auto straight = summarize(metric, kB, kClusters).clustered_error;
    for (int i = 0; i < 5; ++i) {
      std::ranges::shuffle(order, random);
      std::vector<double> values;
      std::vector<std::string> keys;
      for (const std::size_t at : order) {
        values.push_back(kB[at]);
        keys.push_back(std::to_string(kClusters[at]));
      }
      CHECK(summarize(metric, values, dense_clusters(keys)).clustered_error == straight);
    }
  }
}

TEST_CASE("clusters that are not those of the documents are refused") {
  const std::vector<std::size_t> few = {0, 0, 1};
  CHECK_THROWS_AS(summarize(metrics::accuracy(), kA, few), std::invalid_argument);
  CHECK_THROWS_AS(paired_test(metrics::accuracy(), kA, kB, few), std::invalid_argument);
  CHECK_THROWS_AS(metric_interval(metrics::accuracy(), kA, few), std::invalid_argument);
}

TEST_CASE("a difference over clusters: statsmodels' error, t of K - 1, permutations of clusters") {
  const auto difference = paired_difference(metrics::accuracy(), kA, kB, kClusters);
  CHECK(difference.clusters == 4);
  CHECK(difference.standard_error.value() == Approx(0.12955408549215391).epsilon(1e-12));
  CHECK(difference.interval->low == Approx(-0.25292392070891484).epsilon(1e-9));
  CHECK(difference.interval->high == Approx(0.5716739207089148).epsilon(1e-9));
  CHECK(difference.detectable.value() == Approx(2.8 * 0.12955408549215391));
  CHECK(difference.test == PairedTest::cluster_permutation);
  CHECK(to_string(difference.test) == std::string("cluster_permutation"));
  // Of the sixteen ways to change the sides of four clusters, six are as far from 0.
  CHECK(std::fabs(difference.p_value - 0.375) < 4.0 * std::sqrt(0.375 * 0.625 / 10000));
}

TEST_CASE("verdicts in clusters have no McNemar test") {
  // B knows five people more, of six: 50 documents, but no more than five coins.
  const auto a = known_people({0, 0, 0, 0, 0, 1});
  const auto b = known_people({1, 1, 1, 1, 1, 1});
  const auto clusters = tens(a.size());
  const auto difference = paired_difference(metrics::accuracy(), a, b, clusters);
  CHECK(difference.verdicts);
  CHECK(difference.test == PairedTest::cluster_permutation);
  CHECK(difference.p_value == Approx(2.0 / 32).epsilon(0.2));
  CHECK(difference.interval->high == 1.0);
  CHECK(paired_difference(metrics::accuracy(), a, b).p_value < 1e-10);
}

TEST_CASE("where no verdict differs, the interval has the width that the clusters give") {
  const std::vector<double> same(300, 1.0);
  const auto apart = paired_difference(metrics::accuracy(), same, same).interval.value();
  const auto people =
      paired_difference(metrics::accuracy(), same, same, tens(300)).interval.value();
  CHECK(people.high == Approx(-people.low));
  CHECK(people.high > 0.04);  // one of 30 may well differ
  CHECK(people.high > 5.0 * apart.high);
}

TEST_CASE("the interval of verdicts in clusters is Wilson's of the effective documents") {
  const auto interval = metric_interval(metrics::accuracy(), kVerdicts, kClusters).value();
  CHECK(interval.low == Approx(0.17693976230271458).epsilon(1e-9));
  CHECK(interval.high == Approx(0.928167239801362).epsilon(1e-9));
  const std::vector<double> right(8, 1.0);
  const auto all = metric_interval(metrics::accuracy(), right, kClusters).value();
  CHECK(all.low == Approx(0.28312641951781714).epsilon(1e-9));
  CHECK(all.high == 1.0);
}

TEST_CASE("the interval of verdicts in clusters holds the truth") {
  constexpr int kCount = 400;
  for (const double correlation : {0.9, 0.5, 0.2}) {
    int inside = 0;
    for (int i = 0; i < kCount; ++i) {
      std::mt19937_64 random(700U + static_cast<std::uint64_t>(i));
      const auto verdicts = drawn_people(correlation, random);
      const auto interval =
          metric_interval(metrics::accuracy(), verdicts, tens(verdicts.size())).value();
      if (interval.low <= 0.5 && 0.5 <= interval.high) ++inside;
    }
    CHECK(inside >= 0.93 * kCount);
  }
}

TEST_CASE("models whose answers depend on the person are called different in 5 %") {
  constexpr int kCount = 2000;
  for (const auto& [correlation, over_documents] :
       {std::pair(0.9, 0.45), std::pair(0.5, 0.35), std::pair(0.2, 0.19)}) {
    int by_clusters = 0;
    int by_documents = 0;
    for (int i = 0; i < kCount; ++i) {
      std::mt19937_64 random(9000U + static_cast<std::uint64_t>(i));
      const auto a = drawn_people(correlation, random);
      const auto b = drawn_people(correlation, random);
      const auto clusters = tens(a.size());
      if (paired_test(metrics::accuracy(), a, b, clusters, 499).p_value <= 0.05) ++by_clusters;
      if (paired_test(metrics::accuracy(), a, b).p_value <= 0.05) ++by_documents;
    }
    INFO("correlation " << correlation);
    CHECK(by_clusters >= 0.03 * kCount);
    CHECK(by_clusters <= 0.07 * kCount);
    CHECK(by_documents >= over_documents * kCount);  // what the clusters are for
  }
}

TEST_CASE("clusters and their errors are stored, and come back") {
  const test::TemporaryFolder folder;
  const auto run = quiz(known_people({1, 0, 1}), 0);
  const auto file = test::store(run, folder.path());
  const auto stored = read_facts(folder.path());
  const auto& task = stored.tasks.at(0);
  CHECK(cluster_keys(task.record) == cluster_keys(run.tasks.at(0)));
  CHECK(task.record.samples.at(0).cluster == cluster_of_subject("person 0"));
  CHECK(task.record.samples.at(0).cluster.size() == 16);
  CHECK_FALSE(task.record.samples.at(0).extra.contains("cluster"));
  // By hand: residuals of 10 documents a person, (10/3)^2 (1 + 4 + 1) 3/2, over 30.
  CHECK(task.scores.at(0).clustered_error.value() == Approx(1.0 / 3));
  CHECK(task.scores.at(0).clusters == 3);
  const auto results = Json::parse(test::read_file(file));
  const auto& own = results.at("smdm_eval").at("tasks").at("quiz");
  CHECK(own.at("stderr_clustered").at("acc,none").get<double>() == Approx(1.0 / 3));
  CHECK(results.at("results").at("quiz").at("acc_stderr,none").get<double>() ==
        Approx(std::sqrt(2.0 / 9 / 29)));

  test::replace_in(file, "\"stderr_clustered\": {\n          \"acc,none\": 0.3333",
                   "\"stderr_clustered\": {\n          \"acc,none\": 0.3334");
  CHECK(contains(test::error_text<ErrorKind::results>([&] { return read_facts(folder.path()); }),
                 "the standard error over clusters"));
}

TEST_CASE("equal documents that stand alone are no cluster") {
  auto run = test::made_run({.tasks = {{.verdicts = {1, 0, 1}}}});
  auto& samples = run.tasks.at(0).samples;
  samples[1].doc = samples[0].doc;
  samples[1].cluster = samples[0].cluster;
  CHECK(cluster_keys(run.tasks.at(0)) == std::vector<std::string>{"", "", ""});
  CHECK(clusters_of(run.tasks.at(0)).empty());
}

TEST_CASE("a line's document, its digest and lm-eval's fields are what they are without clusters") {
  const auto run = quiz(known_people({1, 0}), 0);
  const auto with = sample_json(run.tasks.at(0), 3);
  auto without = sample_json(older(run).tasks.at(0), 3);
  CHECK(with.at("smdm_eval").at("cluster") == run.tasks.at(0).samples.at(3).cluster);
  without["smdm_eval"]["cluster"] = with.at("smdm_eval").at("cluster");
  CHECK(nlohmann::json(with) == nlohmann::json(without));
  CHECK(cluster_of_document(with.at("doc")) ==
        with.at("doc_hash").get<std::string>().substr(0, 16));
}

TEST_CASE("a cluster that is none is refused, and so is one of some documents alone") {
  const auto refusal = [](RunRecord run) {
    const test::TemporaryFolder folder;
    test::store(run, folder.path());
    return test::error_text<ErrorKind::results>([&] { return read_run(folder.path()); });
  };
  auto run = quiz(known_people({1, 0}), 0);
  run.tasks[0].samples[4].cluster = "person 0";
  CHECK(contains(refusal(run), ":5: wanted a cluster of 16 hexadecimal digits"));
  run.tasks[0].samples[4].cluster.clear();
  CHECK(contains(refusal(run), "wanted a cluster of every document or of none, got 1"));
}

TEST_CASE("older runs count documents, which a comparison says once a task") {
  const auto a = quiz(known_people({0, 0, 0, 0, 0, 1}), 0);
  const auto b = quiz(known_people({1, 1, 1, 1, 1, 1}), 1);
  const auto newer_a = as_stored(a, "a");
  const auto newer_b = as_stored(b, "b");
  const auto older_a = as_stored(older(a), "a");
  const auto older_b = as_stored(older(b), "b");
  const auto clustered = compare_runs(newer_a, newer_b);
  CHECK(clustered.warnings.empty());
  CHECK(comparison_json(clustered).at("tasks").at(0).at("clusters") == 6);
  CHECK(contains(comparison_text(clustered), "(clusters): quiz (6)"));
  CHECK(verdict(clustered.tasks.at(0).metrics.at(0)) == "unclear");
  CHECK(changed_documents(clustered).size() == 50);

  const auto one = compare_runs(older_a, newer_b);
  REQUIRE(one.warnings.size() == 1);
  CHECK(contains(one.warnings.at(0), "quiz: A: " + std::string(kOlder)));
  CHECK(one.tasks.at(0).metrics.at(0).difference->test == PairedTest::mcnemar);
  const auto both = compare_runs(older_a, older_b);
  REQUIRE(both.warnings.size() == 1);
  CHECK(contains(both.warnings.at(0), "quiz: " + std::string(kOlder)));

  // A run that knows that its documents stand alone says enough for both.
  const auto alone = test::made_run({.tasks = {{.verdicts = {1, 0, 1}}}});
  const auto again = test::made_run({.tasks = {{.verdicts = {1, 1, 1}}}, .seed = 1});
  CHECK(compare_runs(as_stored(older(alone), "a"), as_stored(again, "b")).warnings.empty());
}

TEST_CASE("of other clusters the larger ones are taken") {
  const auto a = quiz(known_people({0, 0, 1, 1}), 0);
  auto b = quiz(known_people({1, 1, 1, 1}), 1);
  for (std::size_t i = 10; i < 20; ++i)
    b.tasks[0].samples[i].cluster = b.tasks[0].samples[0].cluster;
  const auto first = as_stored(a, "a");
  const auto second = as_stored(b, "b");
  for (const bool turned : {false, true}) {
    const auto compared = turned ? compare_runs(second, first) : compare_runs(first, second);
    CHECK(comparison_json(compared).at("tasks").at(0).at("clusters") == 3);
    REQUIRE(compared.warnings.size() == 1);
    CHECK(contains(compared.warnings.at(0), "quiz: other clusters of documents in A than in B"));
  }
}

TEST_CASE("the gate's test is over the clusters of the baseline, which its file keeps") {
  std::vector<Facts> repeats;
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    repeats.push_back(
        as_stored(quiz(known_people({1, 1, 1, 1, 1, 1}), seed), "seed-" + std::to_string(seed)));
  }
  const auto run = as_stored(quiz(known_people({0, 0, 0, 0, 1, 1}), 9), "run");
  const auto baseline = make_baseline(repeats);
  const test::TemporaryFolder folder;
  test::write_file(folder.path() / "base.json", baseline_text(baseline));
  const auto read = read_baseline(folder.path() / "base.json");
  CHECK(read.tasks.at(0).clusters == baseline.tasks.at(0).clusters);
  CHECK(read.tasks.at(0).clusters.size() == 60);
  const auto judged = judge(read, run);
  CHECK(judged.warnings.empty());
  CHECK(judged.metrics.at(0).p_value.value() == Approx(2.0 / 16).epsilon(0.2));

  auto before = baseline;
  before.tasks.at(0).clusters.clear();  // a file of schema 1
  test::write_file(folder.path() / "older.json", baseline_text(before));
  test::replace_in(folder.path() / "older.json", "\"smdm_eval_baseline\":2",
                   "\"smdm_eval_baseline\":1");
  const auto over_documents = judge(read_baseline(folder.path() / "older.json"), run);
  REQUIRE(over_documents.warnings.size() == 1);
  CHECK(contains(over_documents.warnings.at(0), "quiz: the baseline: " + std::string(kOlder)));
  CHECK(over_documents.metrics.at(0).p_value.value() < 0.001);
}

TEST_CASE("tables show errors over clusters, and lm-eval's below") {
  const auto run = quiz(known_people({1, 0, 1}), 0);
  const auto table = results_table(run, summarize(run));
  CHECK(contains(table, "|±  |0.3333|"));
  CHECK(contains(table,
                 "\nStderr of quiz: over 3 clusters of 30 documents; lm-eval's, over "
                 "documents: acc 0.0875\n"));
  const auto single = test::made_run({.tasks = {{.verdicts = kVerdicts}}});
  CHECK_FALSE(contains(results_table(single, summarize(single)), "clusters"));
}

}  // namespace smdm
