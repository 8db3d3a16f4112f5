// Orders of leaderboard entries and their rank intervals.
#include <cmath>
#include <limits>

#include "base/metrics/accuracy.hpp"
#include "base/metrics/perplexity.hpp"
#include "base/metrics/rank.hpp"
#include "results/export/leaderboard_entry.hpp"
#include "results/export/list.hpp"
#include "results/export/ranks.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using Ranks = std::vector<RankInterval>;

/// Verdicts of which some documents, from the first, are right.
std::vector<double> verdicts(std::size_t right, std::size_t documents = 60) {
  std::vector<double> values(documents, 0.0);
  std::fill_n(values.begin(), right, 1.0);
  return values;
}

Ranks ranks_of(const Metric& metric, const std::vector<std::vector<double>>& entries) {
  std::vector<DocumentValues> documents;
  documents.reserve(entries.size());
  for (const auto& values : entries) documents.push_back({.width = metric.width, .values = values});
  std::vector<const DocumentValues*> pointers;
  pointers.reserve(entries.size());
  for (const auto& entry : documents) pointers.push_back(entry.values.empty() ? nullptr : &entry);
  return rank_intervals(metric, pointers);
}

/// Scores that rise with the level on all documents, on some more than on others.
std::vector<double> scores(std::size_t level, std::size_t documents) {
  std::vector<double> values(documents);
  for (std::size_t i = 0; i < documents; ++i)
    values[i] = static_cast<double>(level) * (i % 2 == 0 ? 1.0 : 3.0);
  return values;
}

/// The first entry that a run with all kinds of metrics gives.
Json entry_of(const test::MadeTask& task, std::size_t metric) {
  const test::TemporaryFolder folder;
  const auto run = test::made_run({.tasks = {task}});
  return leaderboard_entries(read_facts(test::store(run, folder.path())), folder.path()).at(metric);
}

const test::MadeTask kTask = {
    .verdicts = {1, 0, 1}, .scores = {1, 0.5, 1}, .nats = {-1, 2, -2, 3, -1, 1}};

/// Runs of one task, stored, and exported into one leaderboard.
class Board {
 public:
  void store(std::uint64_t seed, const std::vector<double>& right, Bound bound = Bound::lower) {
    const auto name = std::to_string(seed);
    test::store(test::made_run({.tasks = {{.verdicts = right, .bound = bound}}, .seed = seed}),
                root_.path() / name);
    names_.push_back(name);
  }

  ExportSummary add() {
    std::vector<Facts> runs;
    runs.reserve(names_.size());
    for (const auto& name : names_) runs.push_back(read_facts(root_.path() / name));
    names_.clear();
    return export_runs(runs, folder());
  }

  /// Ranks by seed.
  [[nodiscard]] std::vector<Json> ranks() const {
    std::vector<Json> ranks;
    const auto json = Json::parse(text("leaderboard.json"));
    for (const Json& entry : json.at("benchmarks")) ranks.push_back(entry.at("rank"));
    return ranks;
  }

  [[nodiscard]] std::string text(const std::string& file) const {
    return test::read_file(folder() / file);
  }
  [[nodiscard]] fs::path folder() const { return root_.path() / "board"; }
  [[nodiscard]] fs::path samples(const std::string& run) const {
    for (const auto& file : fs::directory_iterator(root_.path() / run)) {
      if (file.path().filename().string().starts_with("samples_")) return file.path();
    }
    return {};
  }

 private:
  test::TemporaryFolder root_;
  std::vector<std::string> names_;
};

Json rank(int group, int low, int high, int entries) {
  return {{"group", group}, {"low", low}, {"high", high}, {"entries", entries}};
}

}  // namespace

TEST_CASE("an entry's rank lies between those who are better and those who are worse") {
  const auto accuracy = metrics::accuracy();
  CHECK(ranks_of(accuracy, {verdicts(50), verdicts(20), verdicts(22)}) ==
        Ranks{{1, 1}, {2, 3}, {2, 3}});
  CHECK(ranks_of(accuracy, {verdicts(20), verdicts(50), verdicts(35)}) ==
        Ranks{{3, 3}, {1, 1}, {2, 2}});
  CHECK(ranks_of(accuracy, {verdicts(20), verdicts(20)}) == Ranks{{1, 2}, {1, 2}});
  CHECK(ranks_of(accuracy, {verdicts(20)}) == Ranks{{1, 1}});
}

TEST_CASE("lower values are better where the metric says so, and sums are those of all documents") {
  std::vector<double> good;
  std::vector<double> bad;
  for (int i = 0; i < 30; ++i) {
    good.insert(good.end(), {-1.0 - 0.01 * i, 2.0});
    bad.insert(bad.end(), {-2.0 - 0.01 * i, 2.0});
  }
  CHECK(ranks_of(metrics::weighted_perplexity(), {bad, good}) == Ranks{{2, 2}, {1, 1}});
}

TEST_CASE("differences count by Holm's correction over all pairs of the order") {
  // 26 against 20 of 60: 6 documents, p = 2 / 64 = 0.031, which three pairs no longer allow.
  const auto accuracy = metrics::accuracy();
  CHECK(ranks_of(accuracy, {verdicts(26), verdicts(20)}) == Ranks{{1, 1}, {2, 2}});
  CHECK(ranks_of(accuracy, {verdicts(26), verdicts(20), verdicts(23)}) ==
        Ranks{{1, 3}, {1, 3}, {1, 3}});
}

TEST_CASE("who cannot be compared is neither better nor worse, and widens all by one") {
  CHECK(ranks_of(metrics::accuracy(), {verdicts(50), {}, verdicts(20)}) ==
        Ranks{{1, 2}, {1, 3}, {2, 3}});
}

TEST_CASE("many pairs have permutations enough for their correction") {
  // 528 pairs, which bounds leave open: 10000 draws can give no p-value below 0.053.
  constexpr std::size_t kEntries = 33;
  std::vector<std::vector<double>> entries;
  for (std::size_t i = 0; i < kEntries; ++i) entries.push_back(scores(i, 24));
  const auto ranks = ranks_of(metrics::reciprocal_rank(), entries);
  for (std::size_t i = 0; i < kEntries; ++i)
    CHECK(ranks[i] == RankInterval{.low = kEntries - i, .high = kEntries - i});
}

TEST_CASE("an order too large for permutations stays open, one of verdicts does not") {
  std::vector<std::vector<double>> scored;
  std::vector<std::vector<double>> judged;
  for (std::size_t i = 0; i <= kMostDrawn; ++i) {
    scored.push_back(scores(i, 10));
    judged.push_back(verdicts(i == 0 ? 60 : 10));
  }
  CHECK(ranks_of(metrics::reciprocal_rank(), scored) ==
        Ranks(kMostDrawn + 1, {.low = 1, .high = kMostDrawn + 1}));
  CHECK(ranks_of(metrics::accuracy(), judged).front() == RankInterval{.low = 1, .high = 1});
}

TEST_CASE("entries share an order only if their values mean the same") {
  const auto entry = entry_of(kTask, 0);
  const auto same_with = [&](const char* pointer, const Json& value) {
    auto other = entry;
    other[Json::json_pointer(pointer)] = value;
    return order_of(other) == order_of(entry);
  };
  CHECK_FALSE(same_with("/embedded", true));
  CHECK_FALSE(same_with("/task/name", "other"));
  CHECK_FALSE(same_with("/task/version", 2.0));
  CHECK_FALSE(same_with("/task/data_sha256/0", test::made_digest("bb")));
  CHECK_FALSE(same_with("/task/documents", 4));
  CHECK_FALSE(same_with("/task/prompt_sha256", test::made_digest("bb")));
  CHECK_FALSE(same_with("/metric/name", "acc_norm"));
  CHECK_FALSE(same_with("/metric/filter", "math"));
  CHECK_FALSE(same_with("/bound", "exact"));
  CHECK_FALSE(same_with("/bound", "exact+lower"));
  CHECK(same_with("/seed", 5));
  CHECK(same_with("/estimator", "exact"));
  CHECK(same_with("/model/weights_sha256", test::made_digest("bb")));
  CHECK(same_with("/model/tokenizer_sha256", test::made_digest("bb")));
}

TEST_CASE("values per token are ranked for one tokenizer alone") {
  auto entry = entry_of(kTask, 2);
  CHECK(is_per_token(entry));
  entry["model"]["tokenizer_sha256"] = test::made_digest("aa");
  auto other = entry;
  other["model"]["tokenizer_sha256"] = test::made_digest("bb");
  CHECK(order_of(entry) != order_of(other));
  other["metric"] = {
      {"name", "bits_per_byte"}, {"filter", "none"}, {"aggregation", "bits_per_byte"}};
  CHECK_FALSE(is_per_token(other));
  for (Json* unknown : {&entry, &other}) (*unknown)["model"]["tokenizer_sha256"] = nullptr;
  other["metric"] = entry["metric"];
  CHECK(order_of(entry) == order_of(other));
  other["model"]["weights_sha256"] = test::made_digest("cc");
  CHECK(order_of(entry) != order_of(other));
}

TEST_CASE("an export ranks its entries in all three files, each kind of bound by itself") {
  Board board;
  board.store(0, verdicts(20));
  board.store(1, verdicts(50));
  board.store(2, verdicts(21));
  board.store(3, verdicts(25), Bound::exact);
  CHECK(board.add().not_compared.empty());
  CHECK(board.ranks() ==
        std::vector<Json>{rank(2, 2, 3, 3), rank(2, 1, 1, 3), rank(2, 2, 3, 3), rank(1, 1, 1, 1)});
  const auto lines = test::lines_of(board.text("leaderboard.md"));
  CHECK(contains(lines.at(3), "|    1|   1|models/x|"));
  CHECK(contains(lines.at(4), "|    2|   1|models/x|"));
  CHECK(contains(lines.at(5), "|    2| 2-3|models/x|"));
  CHECK(contains(lines.at(6), "|    2| 2-3|models/x|"));
  CHECK(contains(lines.at(5), "0.3500"));  // the better of two that tie
  const auto csv = board.text("leaderboard.csv");
  CHECK(contains(csv, ",rank_group,rank_low,rank_high,rank_entries,"));
  CHECK(contains(csv, ",2,2,3,3,"));
}

TEST_CASE("entries whose samples are gone or changed are not compared, which the export says") {
  Board board;
  board.store(0, verdicts(20));
  board.store(1, verdicts(50));
  board.add();
  CHECK(board.ranks() == std::vector<Json>{rank(1, 2, 2, 2), rank(1, 1, 1, 2)});
  const auto file = board.samples("1");
  SECTION("gone") {
    fs::remove(file);
  }
  SECTION("changed") {
    test::replace_in(file, "\"acc\"", "\"acC\"");
  }
  board.store(2, verdicts(51));
  const auto summary = board.add();
  REQUIRE(summary.not_compared.size() == 1);
  CHECK(contains(summary.not_compared[0], file.filename().string() + ": "));
  CHECK(board.ranks() == std::vector<Json>{rank(1, 2, 3, 3), rank(1, 1, 3, 3), rank(1, 1, 2, 3)});
}

TEST_CASE("documents about one person count as one, in errors and in ranks") {
  // Two people of ten documents each: right on all of one, and wrong on them, are two differences,
  // not twenty.
  const test::TemporaryFolder root;
  const auto export_with = [&](const std::vector<std::string>& people, const std::string& name) {
    std::vector<Facts> runs;
    for (const std::size_t right : {20U, 0U}) {
      const auto place = root.path() / (name + std::to_string(right));
      const test::MadeTask task{.verdicts = verdicts(right, 20), .people = people};
      test::store(test::made_run({.tasks = {task}, .seed = right}), place);
      runs.push_back(read_facts(place));
    }
    export_runs(runs, root.path() / name);
    const auto json = Json::parse(test::read_file(root.path() / name / "leaderboard.json"));
    const auto& entries = json.at("benchmarks");  // the one whose documents are right first
    return entries.at(0).at("value") == 1.0 ? entries : Json({entries.at(1), entries.at(0)});
  };
  std::vector<std::string> people(20, "Ann");
  std::fill_n(people.begin(), 10, "Bob");
  const auto alone = export_with({}, "alone");
  CHECK(alone.at(0).at("clusters") == 20);
  CHECK(alone.at(0).at("rank").at("high") == 1);
  const auto by_person = export_with(people, "people");
  CHECK(by_person.at(0).at("clusters") == 2);
  CHECK(by_person.at(0).at("rank").at("high") == 2);
  CHECK(by_person.at(1).at("rank").at("low") == 1);
  // Half of the documents right, all about one person: (K / (K - 1) sum of squares)^(1/2) / n.
  const auto half = entry_of({.verdicts = verdicts(10, 20), .people = people}, 0);
  CHECK(half.at("stderr_clustered").get<double>() == Approx(std::sqrt(2.0 * 2.0 * 25.0) / 20.0));
  CHECK(half.at("stderr").get<double>() < 0.12);
}

TEST_CASE("documents whose numbers are not finite are not compared") {
  Board board;
  auto right = verdicts(50);
  right[0] = std::numeric_limits<double>::quiet_NaN();
  board.store(0, right);
  board.store(1, verdicts(1));
  board.add();
  CHECK(board.ranks() == std::vector<Json>{rank(1, 1, 2, 2), rank(1, 1, 2, 2)});
}

}  // namespace smdm
