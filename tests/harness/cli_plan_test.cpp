// `smdm-eval scaling plan` as a user starts it, and the script that it writes.
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <thread>

#include "base/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using Arguments = std::vector<std::string>;

constexpr int kUsage = 2;
constexpr int kData = 3;
constexpr int kCheckpoint = 4;
constexpr int kResults = 6;

test::CommandResult planned(Arguments arguments) {
  arguments.insert(arguments.begin(), {"scaling", "plan"});
  return test::smdm_eval(arguments);
}

/// A line of the shell in a folder.
test::CommandResult in_folder(const fs::path& folder, const std::string& line) {
  return test::run_command("/bin/sh", {"-c", "cd \"$1\" && " + line, "sh", folder.string()});
}

/// Points of both kinds whose best sizes are the smallest that are planned.
std::string small_points() {
  std::string text = "family,flops,params,loss\n";
  for (const char* family : {"mdm", "arm"}) {
    for (const double times : {1.0, 2.0, 4.0, 8.0}) {
      for (const double u : {-1.0, -0.3, 0.4, 1.0})
        text += family + std::string(",") + std::to_string(1e8 * times) + "," +
                std::to_string(6500.0 * std::pow(times / 3.0, 0.3) * std::exp(u)) + "," +
                std::to_string(2.5 * std::pow(times, -0.05) + 0.1 * u * u) + "\n";
    }
  }
  return text;
}

/// A corpus of ids with names that a shell would take apart, in a folder of such a name.
class Study {
 public:
  Study() {
    fs::create_directory(path());
    std::string rows;
    for (int i = 0; i < 300; ++i)
      rows += "{\"text_ids\": [" + std::to_string(i % 13) + ", " + std::to_string((i + 1) % 13) +
              ", " + std::to_string((i * i) % 13) + ", 3, " + std::to_string(i % 7) + "]}\n";
    test::write_file(path() / kCorpus, rows);
    test::write_file(path() / kValidation, rows);
    test::write_file(path() / "points.csv", small_points());
  }

  [[nodiscard]] fs::path path() const { return folder_.path() / "a b'c $HOME"; }

  /// The command that plans, from this folder, with other options behind it.
  [[nodiscard]] test::CommandResult plan(const std::string& options) const {
    return in_folder(path(), "\"" SMDM_BINARY_DIR
                             "/bin/smdm-eval\" scaling plan --corpus='-c o.jsonl' "
                             "--validation=\"it's\\\"\" --vocabulary 16 --context 8 --batch-rows 4 "
                             "--threads 1 " +
                                 options);
  }

 private:
  static constexpr const char* kCorpus = "-c o.jsonl";
  static constexpr const char* kValidation = "it's\"";
  test::TemporaryFolder folder_;
};

Json record_of(const fs::path& run) {
  return Json::parse(test::read_file(run / "training.json"));
}

/// The trainings below a folder.
std::vector<fs::path> trainings_in(const fs::path& folder) {
  std::vector<fs::path> runs;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (fs::exists(entry.path() / "training.json")) runs.push_back(entry.path());
  }
  return runs;
}

std::string golden_points() {
  return (test::golden() / "scaling/sahoo2026_isoflop.csv").string();
}

/// Waits until a training has written something.
void wait_for_a_training(const fs::path& runs, test::StartedProgram& script) {
  const auto begun = [&] {
    if (!fs::exists(runs)) return false;
    for (const auto& entry : fs::recursive_directory_iterator(runs)) {
      if (entry.path().filename() == "log.jsonl" && entry.file_size() > 0) return true;
    }
    return false;
  };
  while (!begun() && script.runs()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

}  // namespace

TEST_CASE("scaling plan: a script that is interrupted, started again, and ends with a fit") {
  const Study study;
  const auto planning = study.plan(
      "points.csv --total-flops 5e9 --budgets 2 --sizes 3 --reach 1.5 --budget-ratio 1.5 "
      "--lr 0.003 --reference-width 16 --json --output=-plan.sh");
  INFO(planning.err);
  REQUIRE(planning.code == 0);
  CHECK(contains(planning.err, "sh ./-plan.sh"));
  const auto plan = Json::parse(planning.out);
  REQUIRE(plan.at("trainings") == 12);
  CHECK(plan.at("flops").get<double>() <= 5e9);
  const auto script = (study.path() / "-plan.sh").string();
  const auto runs = study.path() / "-plan-runs";

  test::StartedProgram first("/bin/sh", {script});
  wait_for_a_training(runs, first);
  first.send(SIGTERM);
  const auto stopped = first.wait();
  INFO(stopped.err);
  CHECK(stopped.code == 128 + SIGTERM);
  CHECK(trainings_in(runs).size() < 12);
  CHECK(fs::exists(runs));

  const auto second = test::run_command("/bin/sh", {script});
  INFO(second.err);
  REQUIRE(second.code == 0);
  const auto all = trainings_in(runs);
  REQUIRE(all.size() == 12);
  for (const auto& run : all) {
    const auto record = record_of(run);
    CHECK(record.at("step") == record.at("steps"));
    CHECK(record.at("steps").get<double>() >= 120);
  }
  CHECK(contains(second.out, "Best of a budget"));
  const auto fit = Json::parse(test::read_file(runs / "fit" / "fit.json"));
  for (const auto& one : fit.at("fits")) {
    if (one.at("method") == "envelope") CHECK(one.at("optima").size() == 2);  // both budgets
  }

  // What was planned is what was spent.
  const auto& size = plan.at("sizes").at(0);
  const auto budget = size.at("budget").get<double>();
  bool found = false;
  for (const auto& run : all) {
    const auto record = record_of(run);
    if (record.at("parameters_outside_embedding_and_head") != size.at("shape").at("params") ||
        record.at("settings").at("model").at("x_model_type") != size.at("backend"))
      continue;
    if (record.at("flops").get<double>() > 1.5 * budget) continue;
    found = true;
    CHECK(record.at("flops").get<double>() == Approx(size.at("flops").get<double>()).epsilon(0.01));
    CHECK(record.at("steps").get<double>() == Approx(size.at("steps").get<double>()).epsilon(0.01));
  }
  CHECK(found);

  const auto third = test::run_command("/bin/sh", {script});
  CHECK(third.code == 0);
  CHECK(contains(third.err, ": at its end"));
  CHECK_FALSE(contains(third.err, "steps of"));  // no training was started
}

TEST_CASE("scaling plan measures rates where the limit is in hours") {
  const Study study;
  const auto result =
      study.plan("--hours 1 --backend mdm --budgets 1 --sizes 2 --reach 1.3 --json");
  INFO(result.err);
  REQUIRE(result.code == 0);
  const auto plan = Json::parse(result.out);
  CHECK(plan.at("seconds").get<double>() <= 3600.0);
  CHECK(plan.at("corpus_tokens").get<double>() >= 1500);
  CHECK(plan.at("rates").size() >= 2);
  for (const auto& rate : plan.at("rates")) CHECK(rate.at("flops_per_second").get<double>() > 1e6);
  CHECK(contains(result.err, "measured mdm of "));
  const auto few = study.plan("--hours 1e-9");
  CHECK(few.code == kUsage);
  CHECK(contains(few.err, "--hours: wanted at least "));
}

TEST_CASE("scaling plan from points: sizes around their law, and what else to train") {
  const Study study;
  const auto result = study.plan(
      "--hours 3 --flops-per-second 1e15 --exclude duo --exclude esolm "
      "--json " +
      golden_points());
  INFO(result.err);
  REQUIRE(result.code == 0);
  const auto plan = Json::parse(result.out);
  CHECK(plan.at("families").at(1).at("backend") == "arm");
  CHECK(contains(plan.at("families").at(1).at("best_params").at("source"), "isoflop"));
  // Nobody is called mdm there.
  CHECK(contains(plan.at("families").at(0).at("best_params").at("source"), "arXiv"));
  CHECK(plan.at("seconds").get<double>() <= 3 * 3600.0);
  const auto& further = plan.at("further").at(0);
  CHECK(further.at("more") == "mdlm");
  CHECK(further.at("runs").size() == 26);

  const auto alone =
      planned({golden_points(), "--loss", "2.6", "--exclude", "duo", "--exclude", "esolm"});
  REQUIRE(alone.code == 0);
  CHECK(contains(alone.out, "compute of mdlm over that of arm at loss 2.6: 16.2"));
  CHECK(contains(alone.out, "most for its FLOPs: "));
}

TEST_CASE("scaling plan writes its script to standard output, and never over a file") {
  const Study study;
  const auto plan = "--total-flops 1e15 --runs \"r\\\"'s\" --output ";
  const auto shown = study.plan(plan + std::string("-"));
  REQUIRE(shown.code == 0);
  CHECK(shown.out.starts_with("#!/bin/sh\n"));
  CHECK(contains(shown.out, "'r\"'\\''s'"));
  CHECK(contains(shown.out, "./-c o.jsonl"));
  CHECK(contains(shown.err, "trainings"));
  test::write_file(study.path() / "mine.sh", "echo mine\n");
  CHECK(study.plan(plan + std::string("mine.sh")).code == kResults);
  CHECK(test::read_file(study.path() / "mine.sh") == "echo mine\n");
}

TEST_CASE("scaling plan tells whose fault an error is") {
  const Study study;
  const auto usage = [&](const std::string& options, const std::string& text) {
    const auto result = study.plan(options);
    INFO(options << ": " << result.err);
    CHECK(result.code == kUsage);
    CHECK(contains(result.err, text));
  };
  usage("", "wanted one of --hours and --total-flops, got neither");
  usage("--hours 1 --total-flops 1e15", "got both");
  usage("--total-flops 1e15 --budgets 0", "--budgets: wanted 1 to 50, got 0");
  usage("--total-flops 1e15 --sizes 0", "--sizes");
  usage("--total-flops 1e15 --budget-ratio 1", "--budget-ratio: wanted a number above 1.05, got 1");
  usage("--total-flops 1e15 --reach 1", "--reach");
  usage("--total-flops 0", "--total-flops");
  usage("--total-flops 1000", "--total-flops: wanted at least ");
  usage("--total-flops 1e30", "below 1e24 FLOPs");
  usage("--total-flops 1e15 --loss 3", "--loss");
  usage("--total-flops 1e15 --json --output -", "--json");
  CHECK(planned({golden_points(), "--output", "x.sh"}).code == kUsage);
  CHECK(planned({golden_points(), "--exclude", "arm", "--exclude", "duo", "--exclude", "esolm"})
            .code == kData);
  const auto corpus = (study.path() / "-c o.jsonl").string();
  const Arguments rest = {"--total-flops", "1e15"};
  const auto with = [&](Arguments more) {
    more.insert(more.end(), rest.begin(), rest.end());
    return planned(more).code;
  };
  CHECK(with({"--corpus", corpus, "--vocabulary", "16"}) == kUsage);
  CHECK(with({"--corpus", corpus, "--validation", corpus}) == kUsage);
  CHECK(with({"--corpus", corpus, "--validation", "no-such-file", "--vocabulary", "16"}) == kData);
  CHECK(with({"--corpus", corpus, "--validation", corpus, "--tokenizer", "no-such-file"}) ==
        kCheckpoint);
  CHECK(with({"no-such-file.csv", "--corpus", corpus, "--validation", corpus, "--vocabulary",
              "16"}) == kData);
}

}  // namespace smdm
