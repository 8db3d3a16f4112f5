// The temporal shift as a user runs it: the real arXiv corpus, both kinds of model, both packings;
// corpora of our own; and everything that may be wrong with them.
#include <cmath>

#include "tests/harness/task_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::Arguments;
using test::contains;
using test::inputs;
using test::Inputs;
using test::Json;
using test::run;
using test::samples;
using Names = std::vector<std::string>;

const Names kMonths = {"2022-09", "2022-10", "2024-02", "2024-03", "2024-04", "2025-03"};

fs::path mdm() {
  return test::golden() / "mdm-32k.safetensors";
}

std::string task_of(const std::string& period) {
  return "temporal_shift_" + period;
}

Arguments temporal(const Arguments& more) {
  Arguments arguments = {"--task", "temporal_shift"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// The entry of a period in the block of our own.
Json own(const Json& results, const std::string& period) {
  return results.at("smdm_eval").at("tasks").at(task_of(period));
}

void check_period(const Json& results, const std::string& month, bool bound) {
  INFO(month);
  const auto& entry = results.at("results").at(task_of(month));
  const auto& mine = own(results, month);
  const auto& period = mine.at("period");
  CHECK(entry.at("alias") == " - " + task_of(month) + (bound ? " (upper bound)" : ""));
  const auto perplexity = entry.at("perplexity,none").get<double>();
  CHECK(perplexity > 1.0);
  CHECK(entry.at("bits_per_byte,none").get<double>() > 0.0);
  CHECK(entry.at("perplexity_stderr,none").get<double>() > 0.0);
  CHECK(period.at("perplexity").at("value") == perplexity);
  CHECK(period.at("bits_per_byte").at("value") == entry.at("bits_per_byte,none"));
  const auto& interval = period.at("perplexity").at("interval");
  CHECK(interval.at(0).get<double>() < perplexity);
  CHECK(interval.at(1).get<double>() > perplexity);
  CHECK(period.at("perplexity").at("monte_carlo_error").is_null() == !bound);
  CHECK(period.at("reference") == "2022-09");
  CHECK(period.at("change").is_null() == (month == "2022-09"));
  CHECK(mine.at("bound") == (bound ? "upper" : "exact"));
  CHECK(mine.at("estimator") == (bound ? "training-loss" : "exact"));
  CHECK(mine.at("data").size() == 1);
}

/// Files of our own: three periods, their documents in the order that `turn` gives.
void write_corpus(const fs::path& folder, int turn = 0) {
  const Names texts = {"the cat sat on the mat",  "a quick brown fox jumps", "one two three four",
                       "language models of text", "it rained all day long",  "masks hide tokens"};
  int month = 1;
  fs::create_directory(folder);
  for (const char* name : {"2024-01", "2024-02", "2024-03"}) {
    std::string lines;
    for (int i = 0; i < 5; ++i) {
      const auto& text = texts[static_cast<std::size_t>((i + turn) % 5 + (month == 3 ? 1 : 0))];
      lines += Json{{"text", text + " " + name},
                    {"day", std::string(name) + "-0" + std::to_string(1 + i)}}
                   .dump() +
               "\n";
    }
    test::write_file(folder / (std::string(name) + ".jsonl"), lines);
    ++month;
  }
}

/// What a run says about all periods, without what it cost.
Json numbers(const Json& results, const Names& periods) {
  Json all = Json::array();
  for (const auto& name : periods) {
    all.push_back({results.at("results").at(task_of(name)), own(results, name).at("period")});
  }
  return all;
}

test::CommandResult failing(const Inputs& in, const fs::path& data, const Arguments& more) {
  Arguments arguments = {
      "--task",     "temporal_shift", "--model",     mdm().string(), "--tokenizer",
      in.tokenizer, "--data",         data.string(), "--mc-samples", "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return test::smdm_eval(arguments);
}

}  // namespace

TEST_CASE("temporal_shift on the real corpus, both kinds of model") {
  const auto in = inputs();
  if (!in) return;
  const test::TemporaryFolder folder;
  const auto arm = test::make_arm_twin(folder.path() / "arm");
  for (const bool bound : {true, false}) {
    const auto output = folder.path() / (bound ? "mdm" : "arm-run");
    std::string table;
    const auto results = run(*in, bound ? mdm() : arm, output,
                             temporal({"--limit", "4", "--mc-samples", "4"}), &table);
    for (const auto& month : kMonths) {
      check_period(results, month, bound);
      CHECK(results.at("n-samples").at(task_of(month)).at("effective") == 4);
      CHECK(samples(output, task_of(month)).size() == 4);
    }
    CHECK(results.at("n-samples").at(task_of("2022-09")).at("original") == 768);
    CHECK(results.at("group_subtasks").at("temporal_shift").size() == kMonths.size());
    CHECK(results.at("configs").at(task_of("2024-02")).at("output_type") ==
          "loglikelihood_rolling");
    CHECK((table.find("perplexity (upper bound)") != std::string::npos) == bound);
    CHECK(contains(table, "reference"));
    const auto last = table.rfind("|2022-10");
    CHECK(last < table.rfind("|2025-03"));
    test::check_with_lm_eval(output);
  }
}

TEST_CASE("a stream weighs its last row by its tokens") {
  const auto in = inputs();
  if (!in) return;
  const test::TemporaryFolder folder;
  const auto arm = test::make_arm_twin(folder.path() / "arm");
  for (const bool bound : {true, false}) {
    const auto output = folder.path() / (bound ? "mdm" : "arm-run");
    const auto results =
        run(*in, bound ? mdm() : arm, output,
            temporal({"--limit", "12", "--mc-samples", "2", "--packing", "stream"}));
    const auto rows = samples(output, task_of("2024-02"));
    REQUIRE(rows.size() == 2);  // 12 abstracts are some 3000 tokens
    double nats = 0.0;
    double tokens = 0.0;
    for (const auto& row : rows) {
      nats += row.at("smdm_eval").at("likelihood").at("nats").get<double>();
      tokens += row.at("smdm_eval").at("scored_tokens").get<double>();
    }
    const double full = bound ? 2048 : 2047;
    CHECK(rows[0].at("smdm_eval").at("scored_tokens") == full);
    CHECK(rows[1].at("smdm_eval").at("scored_tokens").get<double>() < full);
    const Json period = own(results, "2024-02").at("period");
    CHECK(period.at("perplexity").at("value").get<double>() == Approx(std::exp(-nats / tokens)));
    CHECK(period.at("units") == 2);
    CHECK(period.at("documents") == 12);
    CHECK(own(results, "2024-02").at("packing") == "stream");
    test::check_with_lm_eval(output);
  }
}

TEST_CASE("the same bits for all batch sizes and orders of documents") {
  const auto in = inputs();
  if (!in) return;
  const test::TemporaryFolder folder;
  const auto arm = test::make_arm_twin(folder.path() / "arm");
  write_corpus(folder.path() / "a");
  write_corpus(folder.path() / "b", 3);
  const Names periods = {"2024-01", "2024-02", "2024-03"};
  for (const auto& model : {mdm(), arm}) {
    int runs = 0;
    const auto of = [&](const char* corpus, const Arguments& more) {
      const Inputs data{.data = (folder.path() / corpus).string(), .tokenizer = in->tokenizer};
      const auto output = folder.path() / ("run" + std::to_string(runs++) + model.stem().string());
      Arguments job = temporal({"--mc-samples", "8"});
      job.insert(job.end(), more.begin(), more.end());
      return numbers(run(data, model, output, job), periods);
    };
    const auto wanted = of("a", {"--batch-size", "64"});
    CHECK(of("a", {"--batch-size", "1", "--threads", "1"}) == wanted);
    CHECK(of("a", {"--batch-size", "7"}) == wanted);
    CHECK(of("b", {"--batch-size", "7"}) == wanted);
    CHECK(of("b", {"--batch-size", "64", "--seed", "0"}) == wanted);
    const auto rows = of("a", {"--packing", "stream", "--batch-size", "1"});
    CHECK(rows != wanted);
    CHECK(of("a", {"--packing", "stream", "--batch-size", "7"}) == rows);
    if (model == mdm()) CHECK(of("a", {"--seed", "1"}) != wanted);
  }
}

TEST_CASE("dates, periods and references") {
  const auto in = inputs();
  if (!in) return;
  const test::TemporaryFolder folder;
  write_corpus(folder.path() / "a");
  const Inputs data{.data = (folder.path() / "a").string(), .tokenizer = in->tokenizer};
  const auto of = [&](const std::string& name, const Arguments& more) {
    Arguments job = temporal({"--mc-samples", "1"});
    job.insert(job.end(), more.begin(), more.end());
    return run(data, mdm(), folder.path() / name, job);
  };
  const auto files = of("files", {});
  const Names months = {"2024-01", "2024-02", "2024-03"};
  const auto dated = of("dated", {"--date-field", "day"});
  CHECK(numbers(dated, months) == numbers(files, months));
  CHECK(own(dated, "2024-01").at("data").size() == 3);
  const auto year = of("year", {"--date-field", "day", "--period", "year"});
  CHECK(own(year, "2024").at("period").at("units") == 15);
  const auto given =
      of("given", {"--date-field", "day", "--period", "2024-01-02..2024-01-03,2024-02..2024-03",
                   "--reference-period", "2024-02..2024-03", "--text-fields", "day,text"});
  CHECK(own(given, "2024-01-02..2024-01-03").at("period").at("units") == 2);
  CHECK(own(given, "2024-01-02..2024-01-03").at("period").at("reference") == "2024-02..2024-03");
  CHECK(own(given, "2024-02..2024-03").at("period").at("change").is_null());
  CHECK(given.at("configs").at(task_of("2024-02..2024-03")).at("doc_to_target") ==
        "{{day}}\n{{text}}");
  CHECK(given.at("smdm_eval").at("settings").at("changes_numbers").at("text-fields") ==
        Json::array({"day", "text"}));
  test::check_with_lm_eval(folder.path() / "given");
}

TEST_CASE("the preset is the published command") {
  const auto in = inputs();
  if (!in) return;
  const test::TemporaryFolder folder;
  write_corpus(folder.path() / "a");
  const Inputs data{.data = (folder.path() / "a").string(), .tokenizer = in->tokenizer};
  const auto results = run(data, mdm(), folder.path() / "run", temporal({"--preset", "smdm"}));
  CHECK(own(results, "2024-01").at("mc_samples") == 128);
  CHECK(own(results, "2024-01").at("packing") == "stream");
}

TEST_CASE("what is wrong ends with one line and leaves nothing") {
  const auto in = inputs();
  if (!in) return;
  const test::TemporaryFolder folder;
  const auto corpus = folder.path() / "a";
  write_corpus(corpus);
  constexpr int kUsage = 2;
  constexpr int kData = 3;
  const auto expect = [&](int code, const Arguments& more, const std::string& text) {
    const auto output = folder.path() / "out";
    Arguments arguments = more;
    arguments.insert(arguments.end(), {"--output", output.string()});
    const auto result = failing(*in, corpus, arguments);
    CHECK(result.code == code);
    CHECK(contains(result.err, text));
    CHECK(result.out.empty());
    CHECK((!fs::exists(output) || fs::is_empty(output)));
  };
  expect(kUsage, {"--period", "month"}, "--period: wanted --date-field beside it");
  expect(kUsage, {"--date-field", "day", "--period", "week"}, "--period: wanted month, year");
  expect(kUsage, {"--reference-period", "2023"},
         "--reference-period: wanted one of 2024-01, 2024-02, 2024-03, got 2023");
  expect(kUsage, {"--packing", "rows"}, "--packing");
  expect(kData, {"--date-field", "date"}, "2024-01.jsonl:1: wanted the field \"date\"");
  expect(kData, {"--text-fields", "body"}, "2024-01.jsonl:1: wanted the field \"body\"");
  test::write_file(corpus / "2024-04.jsonl", "\n");
  expect(kData, {}, "wanted documents of the period 2024-04, got none");
  test::write_file(corpus / "2024-04.jsonl", "{\"text\": \"x\", \"day\": \"2024-04-31\"}\n");
  expect(kData, {"--date-field", "day"}, "2024-04.jsonl:1: wanted the field \"day\" to be a date");
  CHECK(failing(*in, folder.path() / "none", {}).code == kData);
}

}  // namespace smdm
