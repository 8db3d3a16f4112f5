#include "results/run/writer.hpp"

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <set>

#include <sys/resource.h>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_samples.hpp"
#include "tests/results/sample_run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;
using std::chrono::microseconds;
using std::chrono::system_clock;

std::set<std::string> names(const fs::path& folder) {
  std::set<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder))
    found.insert(entry.path().filename().string());
  return found;
}

/// 2024-09-01 12:34:56.000042 UTC
const system_clock::time_point kWhen{microseconds(1725194096000042)};

class Zone {
 public:
  explicit Zone(const char* name) {
    setenv("TZ", name, 1);
    tzset();
  }
  ~Zone() {
    unsetenv("TZ");
    tzset();
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;
};

}  // namespace

TEST_CASE("dates are local time with six decimals, as Python's isoformat with - for :") {
  {
    const Zone utc("UTC0");
    CHECK(date_id(kWhen) == "2024-09-01T12-34-56.000042");
    CHECK(date_id(system_clock::time_point(microseconds(-1))) == "1969-12-31T23-59-59.999999");
  }
  const Zone east("XYZ-2");
  CHECK(date_id(kWhen) == "2024-09-01T14-34-56.000042");
}

TEST_CASE("a run is one results file and one samples file per task, directly in the folder") {
  const Zone utc("UTC0");
  const test::TemporaryFolder folder;
  const auto run = test::sample_run();
  const auto summaries = summarize(run);
  const auto files = write_run(folder.path() / "new" / "deep", run, summaries, kWhen);
  CHECK(names(folder.path() / "new" / "deep") ==
        std::set<std::string>{"results_2024-09-01T12-34-56.000042.json",
                              "samples_lambada_standard_2024-09-01T12-34-56.000042.jsonl",
                              "samples_gen_2024-09-01T12-34-56.000042.jsonl",
                              "samples_piqa_2024-09-01T12-34-56.000042.jsonl"});
  auto results = Json::parse(test::read_file(files.results));
  REQUIRE(files.samples.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    auto& task = results["smdm_eval"]["tasks"][run.tasks[i].name];
    CHECK(task.at("samples_sha256") == sha256(test::read_file(files.samples[i])));
    task.erase("samples_sha256");
  }
  CHECK(results == results_json(run, summaries));
  const auto text = test::read_file(files.samples[2]);
  CHECK(text ==
        sample_json(run.tasks[2], 0).dump() + "\n" + sample_json(run.tasks[2], 1).dump() + "\n");
}

TEST_CASE("an existing run is never overwritten: the next microsecond is taken") {
  const Zone utc("UTC0");
  const test::TemporaryFolder folder;
  const auto run = test::sample_run();
  const auto summaries = summarize(run);
  // One file of any kind is enough to make a date taken.
  test::write_file(folder.path() / "results_2024-09-01T12-34-56.000042.json", "other");
  test::write_file(folder.path() / "samples_gen_2024-09-01T12-34-56.000043.jsonl", "other");
  const auto files = write_run(folder.path(), run, summaries, kWhen);
  CHECK(files.results.filename() == "results_2024-09-01T12-34-56.000044.json");
  CHECK(names(folder.path()).size() == 6);
  CHECK(test::read_file(folder.path() / "results_2024-09-01T12-34-56.000042.json") == "other");
  CHECK(test::read_file(folder.path() / "samples_gen_2024-09-01T12-34-56.000043.jsonl") == "other");
  const auto again = write_run(folder.path(), run, summaries, kWhen);
  CHECK(again.results.filename() == "results_2024-09-01T12-34-56.000045.json");
}

TEST_CASE("when the disk is full none of a run's files is left") {
  const test::TemporaryFolder folder;
  auto run = test::sample_run();
  run.environment = std::string(200000, 'x');  // the results file is the last to be written
  const auto summaries = summarize(run);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 100000, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  std::string error;
  try {
    write_run(folder.path(), run, summaries);
  } catch (const Error& caught) {
    if (caught.kind() != ErrorKind::results) throw;
    error = caught.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(error.find(folder.path().string()) != std::string::npos);
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("a file in place of the folder, or a task name that is none, is refused") {
  const test::TemporaryFolder folder;
  auto run = test::sample_run();
  const auto summaries = summarize(run);
  test::write_file(folder.path() / "file", "x");
  CHECK_THROWS_KIND(write_run(folder.path() / "file", run, summaries), results);
  run.groups.clear();
  run.tasks[0].name = "../escape";
  CHECK_THROWS_AS(write_run(folder.path() / "runs", run, summaries), std::invalid_argument);
  CHECK(fs::is_empty(folder.path() / "runs"));
}

}  // namespace smdm
