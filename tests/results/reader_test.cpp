#include "results/run/reader.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/metrics/bleu.hpp"
#include "base/text/json_text.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_samples.hpp"
#include "results/run/writer.hpp"
#include "results/statistics/statistics.hpp"
#include "tests/results/sample_run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

using test::contains;

RunFiles stored(const fs::path& folder, const RunRecord& run = test::sample_run()) {
  return write_run(folder, run, summarize(run));
}

std::string error_of(const fs::path& path) {
  try {
    const auto run = read_run(path);
    return "no error for " + run.date;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::results) throw;
    return error.what();
  }
}

void replace(const fs::path& file, const std::string& from, const std::string& to) {
  auto text = test::read_file(file);
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  fs::remove(file);
  test::write_file(file, text.replace(at, from.size(), to));
}

void truncate_to(const fs::path& file, std::size_t bytes) {
  fs::resize_file(file, bytes);
}

}  // namespace

TEST_CASE("what was written comes back, to the last bit") {
  const test::TemporaryFolder folder;
  const auto run = test::sample_run();
  const auto files = stored(folder.path());
  const auto back = read_run(folder.path());
  CHECK(back.results_file == files.results);
  CHECK(files.results.filename().string() == "results_" + back.date + ".json");
  CHECK(results_json(back.run, summarize(back.run)) == results_json(run, summarize(run)));
  REQUIRE(back.run.tasks.size() == run.tasks.size());
  for (std::size_t t = 0; t < run.tasks.size(); ++t) {
    REQUIRE(back.run.tasks[t].samples.size() == run.tasks[t].samples.size());
    for (std::size_t i = 0; i < run.tasks[t].samples.size(); ++i) {
      CHECK(sample_json(back.run.tasks[t], i) == sample_json(run.tasks[t], i));
    }
    for (std::size_t m = 0; m < run.tasks[t].metrics.size(); ++m) {
      CHECK(back.run.tasks[t].metrics[m].values == run.tasks[t].metrics[m].values);
    }
  }
  CHECK(back.run.tasks[2].alias.value() == "gen: a | b");
  CHECK_FALSE(back.run.tasks[0].alias.has_value());
  CHECK(back.run.smdm_eval == run.smdm_eval);
  CHECK(back.run.seconds == run.seconds);
  CHECK(back.run.config.arguments == run.config.arguments);
  CHECK(back.run.git_hash == run.git_hash);
}

TEST_CASE("the counts of a corpus metric come back, and a wrong number of them is found") {
  const test::TemporaryFolder folder;
  auto run = test::sample_run();
  const std::vector<double> counts = {4, 4, 2, 0, 0, 0, 4, 3, 2, 1, 5, 5, 5, 4, 3, 2, 5, 4, 3, 2};
  const MetricRecord bleu{.info = metrics::bleu(), .values = counts};
  run.tasks[2].metrics.push_back(bleu);
  const auto files = stored(folder.path(), run);
  const auto back = read_run(folder.path()).run;
  CHECK(back.tasks[2].metrics[2].info.aggregation == "bleu");
  CHECK(back.tasks[2].metrics[2].values == counts);
  CHECK(results_json(back, summarize(back)) == results_json(run, summarize(run)));
  const auto line = sample_json(run.tasks[2], 1);
  CHECK(line.at("bleu").dump() == "[5.0,5.0,5.0,4.0,3.0,2.0,5.0,4.0,3.0,2.0]");
  CHECK(line.at("smdm_eval").at("metrics").at("bleu,none") == line.at("bleu"));
  replace(files.samples.back(), "\"bleu,none\":[4.0,4.0,", "\"bleu,none\":[4.0,");
  CHECK(contains(error_of(folder.path()), ":1: wanted 10 values of bleu,none, got [4.0,2.0,"));
}

TEST_CASE("fields that a run may lack come back as lacking") {
  const test::TemporaryFolder folder;
  auto run = test::sample_run();
  run.model = ModelRecord{};
  run.model.name = "m";
  run.model.bos_id = 1;
  run.config = {};
  run.git_hash.reset();
  run.groups.clear();
  stored(folder.path(), run);
  const auto back = read_run(folder.path()).run;
  CHECK(results_json(back, summarize(back)) == results_json(run, summarize(run)));
  CHECK_FALSE(back.model.bos.has_value());
  CHECK(back.model.bos_id == 1);
  CHECK_FALSE(back.model.eos_id.has_value());
  CHECK_FALSE(back.config.limit.has_value());
  CHECK_FALSE(back.git_hash.has_value());
}

TEST_CASE("scores that are not finite survive where lm-eval keeps text, and become NaN elsewhere") {
  const test::TemporaryFolder folder;
  auto run = test::sample_run();
  const double infinity = std::numeric_limits<double>::infinity();
  std::get<std::vector<ChoiceRecord>>(run.tasks[1].samples[1].outcome)[0].estimate.nats = -infinity;
  run.tasks[1].metrics[0].values[1] = -infinity;
  stored(folder.path(), run);
  const auto back = read_run(folder.path()).run;
  CHECK(std::get<std::vector<ChoiceRecord>>(back.tasks[1].samples[1].outcome)[0].estimate.nats ==
        -infinity);
  CHECK(std::isnan(back.tasks[1].metrics[0].values[1]));
}

TEST_CASE("the results file can be read alone") {
  const test::TemporaryFolder folder;
  const auto files = stored(folder.path());
  for (const auto& samples : files.samples) fs::remove(samples);
  const auto back = read_run(files.results, Samples::leave);
  CHECK(back.run.tasks[0].samples.empty());
  CHECK(back.run.tasks[0].metrics[1].info.name == "acc_norm");
  CHECK(back.results.at("results").at("piqa").at("acc,none") == 2.0 / 3);
  CHECK(contains(error_of(files.results), "the samples of piqa: wanted to read"));
}

TEST_CASE("of several runs in a folder the latest is read") {
  const test::TemporaryFolder folder;
  const auto first = stored(folder.path());
  const auto second = stored(folder.path());
  REQUIRE(results_files(folder.path()) == std::vector<fs::path>{first.results, second.results});
  CHECK(read_run(folder.path()).results_file == second.results);
  CHECK(read_run(first.results).results_file == first.results);
}

TEST_CASE("where there is no run, that is said") {
  const test::TemporaryFolder folder;
  CHECK(contains(error_of(folder.path() / "absent"), "found nothing"));
  CHECK(contains(error_of(folder.path()), "found none"));
  test::write_file(folder.path() / "notes.json", "{}");
  CHECK(contains(error_of(folder.path() / "notes.json"), "wanted a file results_<date>.json"));
  CHECK_THROWS_KIND(results_files(folder.path() / "absent"), results);
}

TEST_CASE("truncated files are recognised") {
  const test::TemporaryFolder folder;
  SECTION("results") {
    const auto files = stored(folder.path());
    truncate_to(files.results, 700);
    CHECK(contains(error_of(folder.path()), files.results.string() + ": not JSON, or truncated"));
  }
  SECTION("samples, in a line") {
    const auto files = stored(folder.path());
    truncate_to(files.samples[0], fs::file_size(files.samples[0]) - 20);
    CHECK(
        contains(error_of(folder.path()), files.samples[0].string() + ":3: not a sample of ours"));
  }
  SECTION("samples, between lines") {
    const auto files = stored(folder.path());
    const auto text = test::read_file(files.samples[0]);
    truncate_to(files.samples[0], text.find('\n') + 1);
    CHECK(contains(error_of(folder.path()), "wanted 3 samples, as the results file says, got 1"));
  }
}

TEST_CASE("files changed by hand are recognised") {
  const test::TemporaryFolder folder;
  const auto files = stored(folder.path());
  SECTION("a document") {
    replace(files.samples[0], "\"sol1\":\"a1\"", "\"sol1\":\"a9\"");
    CHECK(contains(error_of(folder.path()), files.samples[0].string() + ":2: wanted the doc_hash"));
  }
  SECTION("a prompt") {
    replace(files.samples[1], "hello my\"", "hello!\"");
    CHECK(contains(error_of(folder.path()),
                   files.samples[1].string() + ":1: wanted the prompt_hash"));
  }
  SECTION("a line taken from elsewhere") {
    auto text = test::read_file(files.samples[0]);
    const auto first = text.substr(0, text.find('\n') + 1);
    test::write_file(files.samples[0], first + first + first);
    CHECK(contains(error_of(folder.path()),
                   "wanted the documents whose digest the results file has"));
  }
  SECTION("a missing field") {
    replace(files.samples[2], "\"forwards\"", "\"forward\"");
    CHECK(
        contains(error_of(folder.path()), files.samples[2].string() + ":1: not a sample of ours"));
    CHECK(contains(error_of(folder.path()), "forwards"));
  }
  SECTION("answers that changed places") {
    replace(files.samples[0], "\"-8.0\"", "\"-7.5\"");
    CHECK(contains(error_of(folder.path()),
                   files.samples[0].string() + ": wanted the file whose digest"));
  }
  SECTION("a kind of bound that is none") {
    replace(files.samples[0], "\"bound\":\"lower\"", "\"bound\":\"upper\"");
    CHECK(contains(error_of(folder.path()), "got 'upper'"));
  }
  SECTION("a score that is no number") {
    replace(files.samples[0], "\"-8.0\"", "\"-8.0x\"");
    CHECK(contains(error_of(folder.path()),
                   files.samples[0].string() + ":3: wanted a number in resps"));
  }
}

TEST_CASE("files of other programs and of the future are recognised") {
  const test::TemporaryFolder folder;
  const auto files = stored(folder.path());
  SECTION("lm-eval's own") {
    replace(files.results, "\"smdm_eval\": {", "\"other\": {");
    CHECK(contains(error_of(folder.path()), "got one without its block"));
  }
  SECTION("lm-eval's own, with numbers as Python writes them") {
    const auto beside = folder.path() / "results_2999-09-01T12-34-56.123456.json";
    test::write_file(beside,
                     R"({"results": {"piqa": {"acc": NaN, "a\"NaN": -Infinity}}, "date": 9e12})");
    CHECK(read_run(folder.path()).results_file == files.results);
    test::write_file(beside, R"({"results": {"piqa": {"acc": NaN)");
    CHECK(contains(error_of(folder.path()), beside.string() + ": not JSON, or truncated"));
  }
  SECTION("another JSON value") {
    fs::remove(files.results);
    test::write_file(files.results, "[1]");
    CHECK(contains(error_of(folder.path()), "wanted a results file of smdm-eval"));
  }
  SECTION("a newer version") {
    replace(files.results, "\"schema\": 1", "\"schema\": 99");
    CHECK(contains(error_of(folder.path()), "got 99: written by a newer version"));
  }
  SECTION("a newer version whose number wraps around") {
    replace(files.results, "\"schema\": 1", "\"schema\": 4294967297");
    CHECK(contains(error_of(folder.path()), "got 4294967297: written by a newer version"));
  }
  SECTION("a negative seed") {
    replace(files.results, "\"random_seed\": 1234", "\"random_seed\": -1");
    CHECK(contains(error_of(folder.path()), files.results.string() + ": random_seed: wanted"));
  }
  SECTION("a wrong type") {
    replace(files.results, "\"random_seed\": 1234", "\"random_seed\": \"x\"");
    CHECK(contains(error_of(folder.path()), files.results.string() + ": random_seed: wanted"));
    replace(files.results, "\"random_seed\": \"x\"", "\"random_seed\": 1234");
    replace(files.results, "\"device\": \"", "\"device\": 5, \"was\": \"");
    CHECK(
        contains(error_of(folder.path()), files.results.string() + ": not a results file of ours"));
  }
  SECTION("a missing task") {
    replace(files.results, "\"n-shot\": {", "\"n-shots\": {");
    CHECK(contains(error_of(folder.path()), "n-shot"));
  }
}

TEST_CASE("marks of estimates and Monte Carlo errors come back") {
  const test::TemporaryFolder folder;
  auto run = test::sample_run();
  auto& changed = *std::ranges::find(run.tasks, "piqa", &TaskRecord::name);
  changed.metrics[0].mc_errors = {0.0, 0.5, 0.125};
  auto& told = std::get<std::vector<ChoiceRecord>>(changed.samples.back().outcome).back().estimate;
  told.enumerated = told.target_missed = told.stopped = told.eliminated = true;
  told.eliminated_from = {"acc", "acc_norm"};
  told.fold_count = 4;
  told.prompt_reuse = {.cheap_rows = 36,
                       .full_rows = 4,
                       .cheap_error = 0.25,
                       .correction_error = std::nullopt,
                       .cheap_folds = 8,
                       .correction_folds = std::nullopt};
  stored(folder.path(), run);
  const auto back = read_run(folder.path()).run;
  const auto piqa = std::ranges::find(back.tasks, "piqa", &TaskRecord::name);
  REQUIRE(piqa != back.tasks.end());
  CHECK(piqa->metrics[0].mc_errors == std::vector<double>{0.0, 0.5, 0.125});
  CHECK(piqa->metrics[1].mc_errors.empty());
  const auto& choices = std::get<std::vector<ChoiceRecord>>(piqa->samples.back().outcome);
  CHECK_FALSE(choices.front().estimate.stopped);
  CHECK_FALSE(choices.front().estimate.prompt_reuse);
  const auto& marked = choices.back().estimate;
  CHECK(marked.enumerated);
  CHECK(marked.target_missed);
  CHECK(marked.stopped);
  CHECK(marked.eliminated);
  CHECK(marked.eliminated_from == std::vector<std::string>{"acc", "acc_norm"});
  REQUIRE(marked.prompt_reuse);
  CHECK(marked.prompt_reuse->cheap_rows == 36);
  CHECK(marked.prompt_reuse->full_rows == 4);
  CHECK(marked.prompt_reuse->cheap_error == 0.25);
  CHECK_FALSE(marked.prompt_reuse->correction_error);
  CHECK(marked.fold_count == 4);
  CHECK_FALSE(choices.front().estimate.fold_count);  // as in files of older versions
  CHECK(marked.prompt_reuse->cheap_folds == 8);
  CHECK_FALSE(marked.prompt_reuse->correction_folds);
}

TEST_CASE("numbers of documents come back with their digits and their digest") {
  const test::TemporaryFolder folder;
  auto run = test::sample_run();
  auto& document = run.tasks[0].samples[0].doc;
  for (const char* number : {"18446744073709551616", "-9223372036854775809", "1e400", "-1e400",
                             "1e22", "5e-324", "-0.0"})
    document[std::string("n ") + number] = parse_json(number);
  const auto files = stored(folder.path(), run);
  const auto text = test::read_file(files.samples[0]);
  CHECK(contains(text, "\"n 18446744073709551616\":18446744073709551616,"));
  CHECK(contains(text, "\"n 1e400\":1e400,"));
  const auto back = read_run(folder.path());
  CHECK(back.run.tasks[0].samples[0].doc == document);
  replace(files.samples[0], "\":18446744073709551616,", "\":18446744073709551617,");
  CHECK(contains(error_of(folder.path()), "wanted the doc_hash"));
}

TEST_CASE("brackets too deep are an error, not the end of the program") {
  const test::TemporaryFolder folder;
  const auto files = stored(folder.path());
  for (const auto& file : {files.samples[0], files.results}) {
    fs::remove(file);
    test::write_file(file, std::string(200'000, '['));
    CHECK(contains(error_of(folder.path()), "more than 1000 brackets within each other"));
  }
}

}  // namespace smdm
