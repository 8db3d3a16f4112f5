// --task line on the embedded pair: what is settled by the prompt can be written at once, and what
// is not comes out as seldom as the closed form says.
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "harness/jobs/embedded.hpp"
#include "tests/harness/stored_runs.hpp"
#include "tests/harness/task_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using Arguments = std::vector<std::string>;

constexpr double kDocuments = 300.0;

struct Run {
  Json results;
  std::string err;

  [[nodiscard]] double accuracy(const std::string& task) const {
    return results.at("results").at("micro_" + task).at("exact_match,none").get<double>();
  }
  [[nodiscard]] const Json& about(const std::string& task) const {
    return results.at("smdm_eval").at("tasks").at("micro_" + task);
  }
  [[nodiscard]] double limit(const std::string& task) const {
    return about(task).at("parallel_limit").get<double>();
  }
};

Run run(const Arguments& more) {
  const test::TemporaryFolder folder;
  Arguments arguments = {"--output", (folder.path() / "run").string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto result = test::smdm_eval(arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  return {.results = Json::parse(test::read_file(test::file_in(folder.path() / "run", "results_"))),
          .err = result.err};
}

/// Four standard errors of a share of the documents, and what a trained model may be off.
double tolerance(double share) {
  constexpr double kErrors = 4.0;
  constexpr double kModel = 0.02;
  return kErrors * std::sqrt(share * (1.0 - share) / kDocuments) + kModel;
}

}  // namespace

TEST_CASE("one name a step, all three come out right") {
  for (const auto* kind : {"mdm", "arm"}) {
    INFO(kind);
    const auto one = run({"--task", "line", "--backend", kind});
    CHECK(one.results.at("group_subtasks").contains("micro_line"));
    for (const auto* task : {"line_copy", "line_reverse", "line_shuffle"}) {
      INFO(task);
      CHECK(one.accuracy(task) >= (std::string(task) == "line_shuffle" ? 0.97 : 0.99));
      CHECK(one.limit(task) == 1.0);
      CHECK(one.about(task).at("new_tokens") == 6 * 300);
    }
    CHECK_FALSE(contains(one.err, "drawn independently"));
  }
}

TEST_CASE("several names a step, a line is shuffled rightly as seldom as the closed form says") {
  const auto all = run({"--task", "line", "--steps", "1"});
  CHECK(all.accuracy("line_copy") >= 0.99);
  CHECK(all.accuracy("line_reverse") >= 0.99);
  CHECK(all.limit("line_copy") == 1.0);
  CHECK(all.limit("line_shuffle") == Approx(720.0 / 46656.0).epsilon(1e-12));
  CHECK(std::abs(all.accuracy("line_shuffle") - all.limit("line_shuffle")) <= tolerance(0.0154));
  CHECK(contains(all.err, "line_shuffle: a model that is exactly right would score 0.0154"));

  const auto pairs = run({"--task", "line_shuffle", "--steps", "3"});
  CHECK(pairs.limit("line_shuffle") == Approx(0.3125).epsilon(1e-12));
  CHECK(std::abs(pairs.accuracy("line_shuffle") - 0.3125) <= tolerance(0.3125));
  CHECK(pairs.about("line_shuffle").at("forwards") == 3 * 300);
  CHECK(pairs.about("line_shuffle").at("settings").at("remasking") == "random");
}

TEST_CASE("a limit is said where it is known alone") {
  const auto limit_under = [](const Arguments& more) {
    Arguments arguments = {"--task", "line_shuffle", "--limit", "4"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments).about("line_shuffle").value("parallel_limit", Json());
  };
  CHECK(limit_under({"--sampler", "margin", "--steps", "2"}).get<double>() ==
        Approx(120.0 / 216.0 * 6.0 / 27.0).epsilon(1e-12));
  CHECK(limit_under({"--temperature", "0", "--steps", "2"}).is_null());
  CHECK(limit_under({"--sampler", "threshold"}).is_null());
  CHECK(limit_under({"--top-k", "2", "--steps", "2"}).is_null());
  CHECK(limit_under({"--gen-length", "8", "--steps", "2"}).is_null());
  CHECK(limit_under({"--backend", "arm"}) == Json(1.0));
}

TEST_CASE("lines of one's own, and a world with more of them") {
  const test::TemporaryFolder folder;
  const auto world = folder.path() / "world";
  const auto made = test::smdm_eval({"microworld", "--rows", "450", "--output", world.string()});
  INFO(made.err);
  REQUIRE(made.code == 0);
  const auto lines = test::lines_of(test::read_file(world / "data" / "line" / "test.jsonl"));
  const auto embedded =
      test::lines_of(test::read_file(embedded_folder() / "data" / "line" / "test.jsonl"));
  CHECK(lines.size() == 450);
  CHECK(test::lines_of(test::read_file(world / "data" / "gsm8k" / "test.jsonl")).size() == 450);
  REQUIRE(embedded.size() == 300);
  CHECK(std::equal(embedded.begin(), embedded.end(), lines.begin()));

  fs::create_directories(folder.path() / "own" / "line");
  const auto file = folder.path() / "own" / "line" / "test.jsonl";
  const auto model = (embedded_folder() / "micro-line-mdm").string();
  const Arguments own = {"--task",   "line_reverse",
                         "--model",  model,
                         "--data",   (folder.path() / "own").string(),
                         "--limit",  "2",
                         "--output", (folder.path() / "run").string()};
  test::write_file(file, lines.front() + "\n{\"names\": [\"Ann\", \"Ann\"]}\n");
  const auto refused = test::smdm_eval(own);
  CHECK(refused.code == 3);
  CHECK(contains(refused.err, "test.jsonl:2"));
  CHECK(contains(refused.err, "different names"));
  test::write_file(file, lines.at(310) + "\n" + lines.at(311) + "\n");
  const auto right = test::smdm_eval(own);
  INFO(right.err);
  CHECK(right.code == 0);
  CHECK(contains(right.out, "line_reverse"));
}

TEST_CASE("numbers of rows that cannot be") {
  const test::TemporaryFolder folder;
  const auto fault = [&](const std::string& rows) {
    const auto result = test::smdm_eval(
        {"microworld", "--rows", rows, "--output", (folder.path() / "world").string()});
    CHECK(result.code == 2);
    CHECK(fs::is_empty(folder.path()));
    return result.err;
  };
  CHECK(contains(fault("3"), "--rows: wanted 4 to 10000, got 3"));
  CHECK(contains(fault("10001"), "--rows: wanted 4 to 10000, got 10001"));
  CHECK(contains(fault("10000"), "arc_easy: wanted 10000 different test problems, got "));
}

}  // namespace smdm
