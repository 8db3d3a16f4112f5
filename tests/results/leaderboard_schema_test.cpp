// Leaderboards against their schema: every rule of it with a planted fault, the line that an error
// names, files of schema 1, and the walk through JSON text that finds lines.
#include "results/export/leaderboard_schema.hpp"

#include <limits>
#include <map>
#include <set>

#include "base/error.hpp"
#include "results/export/json_line.hpp"
#include "results/export/leaderboard.hpp"
#include "results/export/leaderboard_fields.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;

/// A folder with a leaderboard of one run: a multiple-choice task with three metrics.
class Board {
 public:
  Board() {
    auto run = test::made_run({.tasks = {{.verdicts = {1, 0, 1, 1},
                                          .scores = {1, 0.5, 1, 0.25},
                                          .nats = {-1, 2, -2, 3, -1, 1, -3, 2}}}});
    test::store(run, root_.path() / "run");
    add();
  }

  void add() {
    const std::vector<Facts> runs = {read_facts(root_.path() / "run")};
    export_runs(runs, folder());
  }

  [[nodiscard]] fs::path folder() const { return root_.path() / "board"; }
  [[nodiscard]] fs::path file() const { return folder() / "leaderboard.json"; }
  [[nodiscard]] Json json() const { return Json::parse(test::read_file(file())); }
  void write(const Json& json) const {
    fs::remove(file());
    test::write_file(file(), json.dump(2));
  }

  /// What reading says of a leaderboard with a value of its first entry exchanged.
  [[nodiscard]] std::string error_with(const std::string& pointer, const Json& value) const {
    auto json = this->json();
    json[Json::json_pointer("/benchmarks/0" + pointer)] = value;
    write(json);
    return test::error_text<ErrorKind::results>([&] { return read_leaderboard(folder()); });
  }

 private:
  test::TemporaryFolder root_;
};

/// A value that a field must not have, for each rule about it.
struct Planted {
  const char* pointer;
  std::vector<Json> values;
  const char* wanted;
};

std::vector<Planted> planted_faults() {
  const Json list = Json::array({1});
  const std::string digest(64, 'a');
  const std::vector<Json> no_count = {-1, 1.5, "3", true, list};
  const std::vector<Json> no_positive = {0, -1, 1.5, "3", nullptr};
  const std::vector<Json> no_text = {5, true, list};
  const std::vector<Json> no_size = {-0.5, -1, "1", true, list};
  const std::vector<Json> no_digest = {std::string(63, 'a'),
                                       std::string(65, 'a'),
                                       std::string(63, 'a') + "A",
                                       digest + "\n",
                                       5,
                                       list};
  const char* count = "an integer that is not negative, or null";
  const char* size = "a number that is not negative, or null";
  const char* text = "a text or null";
  const char* sha256 = "a SHA-256 digest or null";
  return {
      {"/embedded", {true, 0, "no", nullptr}, "false: embedded runs have a table of their own"},
      {"/model/id", {5, nullptr}, "a text"},
      {"/model/kind", {"rnn", 5, true}, "mdm, arm or null"},
      {"/model/dtype", no_text, text},
      {"/model/rope_tables", no_text, text},
      {"/model/parameters", no_count, count},
      {"/model/weights_sha256", no_digest, sha256},
      {"/model/config_sha256", no_digest, sha256},
      {"/model/tokenizer_sha256", no_digest, sha256},
      {"/model/training_flops", no_size, size},
      {"/task/name", {"", 5, nullptr}, "a name"},
      {"/task/version", {"1", nullptr, true}, "a number"},
      {"/task/data_sha256", {digest, nullptr}, "a list of SHA-256 digests"},
      {"/task/data_sha256/0", {"aa", 5, nullptr}, "a SHA-256 digest"},
      {"/task/documents", no_positive, "an integer of at least 1"},
      {"/task/prompt_sha256", {"aa", nullptr, 5}, "a SHA-256 digest"},
      {"/metric/name", {"", 5, nullptr}, "a name"},
      {"/metric/filter", {5, nullptr}, "a text"},
      {"/metric/aggregation", {"", 5, nullptr}, "a name"},
      {"/direction", {"up", nullptr, 1}, "higher or lower"},
      {"/value", {"good", true, list}, "a number or null"},
      {"/rank/group", no_positive, "an integer of at least 1"},
      {"/rank/low", no_positive, "an integer of at least 1"},
      {"/rank/high", no_positive, "an integer of at least 1"},
      {"/rank/entries", no_positive, "an integer of at least 1"},
      {"/stderr", no_size, size},
      {"/stderr_clustered", no_size, size},
      {"/clusters", {0, -1, 1.5, "3"}, "an integer of at least 1, or null"},
      {"/mc_stderr", no_size, size},
      {"/interval", {list, Json::array({1, 2, 3}), "[0, 1]", 5}, "two numbers or null"},
      {"/interval/1", {"1", true}, "a number or null"},
      {"/bound",
       {nullptr, "upper", "lower+exact", "exact+", 5},
       "exact, lower, chain_rule, sampler, several"},
      {"/estimator", no_text, text},
      {"/budget", {nullptr, list, "mc"}, "settings"},
      {"/budget/mc_samples", {list, Json::object()}, "a number, a text, true, false or null"},
      {"/cfg", {"0", true}, "a number or null"},
      {"/cfg_second", {"0", true}, "a number or null"},
      {"/rows", no_count, count},
      {"/tokens", no_count, count},
      {"/forwards", no_count, count},
      {"/seconds", no_size, size},
      {"/seed", {-1, 1.5, "0", nullptr}, "an integer that is not negative"},
      {"/engine/version", no_text, text},
      {"/engine/git_revision", no_text, text},
      {"/engine/libtorch", no_text, text},
      {"/device", no_text, text},
      {"/processor", no_text, text},
      {"/command_line", {"--task quiz", 5}, "a list of texts or null"},
      {"/command_line/0", {5, nullptr}, "a text"},
      {"/date", {5, nullptr}, "a text"},
      {"/samples/path", {5, nullptr}, "a text"},
      {"/samples/sha256", {"aa", nullptr}, "a SHA-256 digest"},
  };
}

/// The pointers of an entry's fields and of the objects that they are in.
std::set<std::string> pointers() {
  std::set<std::string> all;
  for (const LeaderboardField& field : leaderboard_fields()) {
    const std::string pointer = field.pointer;
    all.insert(pointer);
    if (const auto above = pointer.substr(0, pointer.rfind('/')); !above.empty()) all.insert(above);
  }
  return all;
}

/// A leaderboard as the program wrote it when its schema was 1.
Json of_schema_1(Json json) {
  json["schema"] = 1;
  for (const char* table : {"benchmarks", "embedded"}) {
    for (Json& entry : json.at(table)) {
      for (const char* field : {"rank", "stderr_clustered", "clusters"}) entry.erase(field);
      entry["metric"].erase("aggregation");
      const bool is_one = entry.at("bound") == "exact" || entry.at("bound") == "lower" ||
                          entry.at("bound") == "chain_rule";
      if (!is_one) entry["bound"] = nullptr;
    }
  }
  return json;
}

JsonSchema schema_1() {
  return JsonSchema(
      Json::parse(test::read_file(SMDM_SOURCE_DIR "/docs/leaderboard-v1.schema.json")));
}

}  // namespace

TEST_CASE("what the program writes fits the schema that it carries") {
  const Board board;
  const auto fault = leaderboard_schema().fault_of(board.json());
  CAPTURE(fault ? fault->pointer + ": " + fault->text : "");
  CHECK_FALSE(fault);
}

TEST_CASE("every rule about a field refuses what breaks it, with file, line and field") {
  const Board board;
  auto good = board.json();
  good["benchmarks"][0]["command_line"] = {"--task", "quiz"};
  std::set<std::string> covered;
  for (const Planted& planted : planted_faults()) {
    covered.insert(planted.pointer);
    for (const Json& value : planted.values) {
      CAPTURE(planted.pointer, value);
      board.write(good);
      const auto error = board.error_with(planted.pointer, value);
      CHECK(contains(error, board.file().string() + ":"));
      CHECK(contains(
          error, std::string(": /benchmarks/0") + planted.pointer + ": wanted " + planted.wanted));
      CHECK(contains(error, ", got "));
      CHECK_FALSE(contains(error, "\n"));
    }
  }
  for (const LeaderboardField& field : leaderboard_fields()) {
    CAPTURE(field.pointer);
    CHECK(covered.contains(field.pointer));
  }
}

TEST_CASE("no field may be missing, and none may be added") {
  const Board board;
  const auto good = board.json();
  const auto error_of = [&](const Json& json) {
    board.write(json);
    return test::error_text<ErrorKind::results>([&] { return read_leaderboard(board.folder()); });
  };
  for (const std::string& pointer : pointers()) {
    CAPTURE(pointer);
    const auto cut = pointer.rfind('/');
    const std::string above = "/benchmarks/0" + pointer.substr(0, cut);
    auto json = good;
    json[Json::json_pointer(above)].erase(pointer.substr(cut + 1));
    CHECK(contains(error_of(json), ": " + above + ": wanted a field /benchmarks/0" + pointer));
    json = good;
    json[Json::json_pointer(above)]["more"] = 1;
    CHECK(contains(error_of(json), ": wanted no field " + above + "/more"));
  }
  auto json = good;
  json.erase("embedded");
  CHECK(contains(error_of(json), ":1: : wanted a field /embedded"));
  json = good;
  json["more"] = 1;
  CHECK(contains(error_of(json), ": /more: wanted no field /more"));
  json = good;
  json["benchmarks"] = "none";
  CHECK(contains(error_of(json), ":3: /benchmarks: wanted a list of entries, got \"none\""));
  json = good;
  json["embedded"] = good["benchmarks"];
  CHECK(contains(error_of(json), "/embedded: wanted true: embedded runs have a table"));
}

TEST_CASE("an error names the line that an editor shows") {
  const Board board;
  const auto error = board.error_with("/samples/path", 987654321);
  const auto text = test::read_file(board.file());
  const auto line =
      1 + std::count(text.begin(),
                     text.begin() + static_cast<std::ptrdiff_t>(text.find("987654321")), '\n');
  CHECK(line > 10);
  CHECK(
      contains(error, "leaderboard.json:" + std::to_string(line) + ": /benchmarks/0/samples/path"));
}

TEST_CASE("integers of 64 bits without a sign are not negative") {
  const Board board;
  auto json = board.json();
  json["benchmarks"][0]["seed"] = std::numeric_limits<std::uint64_t>::max();
  json["benchmarks"][0]["model"]["training_flops"] = std::numeric_limits<std::uint64_t>::max();
  board.write(json);
  const auto read = read_leaderboard(board.folder());
  CHECK(read.entries.at(0).at("seed") == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("lines of values in JSON text") {
  const std::string text =
      "\n{\"a\": [1,\n {\"b~/\\n\": \"}\\\"]\"},\n\n [] , 2.5e3],\n\"c\":{},\"c\"\n:7}";
  const std::map<std::string, std::optional<std::size_t>> lines = {{"", 2},
                                                                   {"/a", 2},
                                                                   {"/a/0", 2},
                                                                   {"/a/1", 3},
                                                                   {"/a/1/b~0~1\n", 3},
                                                                   {"/a/2", 5},
                                                                   {"/a/3", 5},
                                                                   {"/c", 7},
                                                                   {"/a/4", std::nullopt},
                                                                   {"/d", std::nullopt},
                                                                   {"/a/0/x", std::nullopt}};
  for (const auto& [pointer, line] : lines) {
    CAPTURE(pointer);
    CHECK(json_line(text, pointer) == line);
  }
}

TEST_CASE("a file of schema 1 is read, and the next export writes what it would have written") {
  Board board;
  const auto now = test::read_file(board.file());
  const auto old = of_schema_1(board.json());
  CHECK_FALSE(schema_1().fault_of(old));
  board.write(old);
  CHECK(read_leaderboard(board.folder()).entries.size() == 3);
  board.add();
  CHECK(test::read_file(board.file()) == now);
}

TEST_CASE("what schema 1 left open is as open in schema 2, until it is exported again") {
  const Board board;
  auto old = of_schema_1(board.json());
  Json& first = old["benchmarks"][0];
  const auto bound_with = [&](const Json& bound, const Json& forwards) {
    first["bound"] = bound;
    first["forwards"] = forwards;
    board.write(old);
    return read_leaderboard(board.folder()).entries.at(0).at("bound");
  };
  CHECK(bound_with("chain_rule", nullptr) == "chain_rule");
  CHECK(bound_with(nullptr, 12) == "none");
  CHECK(bound_with(nullptr, nullptr) == "unknown");
  first["metric"]["name"] = "perplexity";
  const auto aggregation = [&] {
    board.write(old);
    return read_leaderboard(board.folder()).entries.at(0).at("metric").at("aggregation");
  };
  CHECK(aggregation() == "perplexity");  // of continuations, one a document
  old["benchmarks"][1]["metric"]["name"] = "bits_per_byte";
  CHECK(aggregation() == "weighted_perplexity");  // of texts
  first["metric"]["name"] = "novel";
  CHECK(aggregation() == "unknown");
}

TEST_CASE("faults of a file of schema 1 are found in its own lines") {
  const Board board;
  auto old = of_schema_1(board.json());
  old["benchmarks"][0]["direction"] = "sideways";
  board.write(old);
  const auto error =
      test::error_text<ErrorKind::results>([&] { return read_leaderboard(board.folder()); });
  const auto lines = test::lines_of(test::read_file(board.file()));
  const auto found = std::ranges::find_if(
      lines, [](const std::string& line) { return contains(line, "sideways"); });
  CHECK(contains(error, ":" + std::to_string(found - lines.begin() + 1) +
                            ": /benchmarks/0/direction: wanted higher or lower, got \"sideways\""));
}

}  // namespace smdm
