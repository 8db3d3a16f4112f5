#include <stdexcept>

#include "base/metrics/accuracy.hpp"
#include "base/metrics/perplexity.hpp"
#include "base/text/width.hpp"
#include "results/show/table.hpp"
#include "tests/results/sample_run.hpp"
#include "tests/support/catch.hpp"

namespace smdm {

TEST_CASE("the table is lm-eval's") {
  // The text that lm-eval 0.4.4 printed for these numbers (four decimals, no N/A among them).
  RunRecord run;
  TaskRecord task;
  task.name = "lambada_openai";
  task.metrics = {{.info = metrics::perplexity(), .values = {}},
                  {.info = metrics::accuracy(), .values = {}}};
  run.tasks = {task};
  const std::vector<TaskSummary> summaries = {{{.value = 605.38661, .standard_error = 12.34567},
                                               {.value = 0.1, .standard_error = 0.09999}}};
  CHECK(results_table(run, summaries) ==
        "|    Tasks     |Version|Filter|n-shot|  Metric  |   | Value  |   |Stderr |\n"
        "|--------------|------:|------|-----:|----------|---|-------:|---|------:|\n"
        "|lambada_openai|      1|none  |     0|acc       |↑  |  0.1000|±  | 0.1000|\n"
        "|              |       |none  |     0|perplexity|↓  |605.3866|±  |12.3457|\n");
}

TEST_CASE("groups stand above their tasks; one row per metric; N/A without a standard error") {
  auto run = test::sample_run();
  auto summaries = summarize(run);
  summaries[1][0] = {.value = 120.0728, .standard_error = std::nullopt};
  CHECK(results_table(run, summaries) ==
        "|       Tasks       |Version|Filter|n-shot|  Metric   |   | Value  |   |Stderr|\n"
        "|-------------------|------:|------|-----:|-----------|---|-------:|---|-----:|\n"
        "|gen: a \\| b        |    2.5|math  |     0|exact_match|↑  |  0.5000|±  |0.5000|\n"
        "|                   |       |none  |     0|exact_match|↑  |  0.0000|±  |0.0000|\n"
        "|zero-shot          |    N/A|      |      |           |   |        |   |      |\n"
        "| - lambada_standard|      1|none  |     0|acc        |↑  |  0.3333|±  |0.3333|\n"
        "|                   |       |none  |     0|perplexity |↓  |120.0728|±  |   N/A|\n"
        "| - piqa            |      1|none  |     0|acc        |↑  |  0.6667|±  |0.3333|\n"
        "|                   |       |none  |     0|acc_norm   |↑  |  1.0000|±  |0.0000|\n");
}

TEST_CASE("a group that asks one thing in several ways has its tasks side by side") {
  const auto contained = metrics::contained();
  const Metric error{.name = "err", .filter = "strict", .higher_is_better = false};
  const auto task = [&](const std::string& name) {
    TaskRecord record;
    record.name = name;
    record.metrics = {{.info = error, .values = {}}, {.info = contained, .values = {}}};
    return record;
  };
  RunRecord run;
  run.tasks = {task("facts_b"), task("other"), task("facts_a")};
  run.groups = {{.name = "facts", .alias = {}, .tasks = {"facts_a", "facts_b"}}};
  const std::vector<TaskSummary> summaries = {
      {{.value = 0.5, .standard_error = 0.125}, {.value = 1.0, .standard_error = {}}},
      {{.value = 9.0, .standard_error = 9.0}, {.value = 9.0, .standard_error = 9.0}},
      {{.value = 12.25, .standard_error = 0.25}, {.value = 0.0, .standard_error = 0.0}}};
  CHECK(comparison_tables(run, summaries) ==
        "\n"
        "|   facts    |       a        |       b       |\n"
        "|------------|---------------:|--------------:|\n"
        "|contained ↑ | 0.0000 ± 0.0000|   1.0000 ± N/A|\n"
        "|err,strict ↓|12.2500 ± 0.2500|0.5000 ± 0.1250|\n");
  run.groups[0].tasks.push_back("other");  // not named after the group
  CHECK(comparison_tables(run, summaries).empty());
  run.groups[0].tasks = {"facts_a", "facts_b"};
  run.tasks[2].metrics.pop_back();  // other metrics
  CHECK(comparison_tables(run, summaries).empty());
  CHECK(comparison_tables(test::sample_run(), summarize(test::sample_run())).empty());
}

TEST_CASE("widths are those of a terminal") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("é↑±") == 3);
  CHECK(display_width("e\u0301") == 1);  // combining acute accent
  CHECK(display_width("漢字") == 4);
  CHECK(display_width("\U0001F600") == 2);
  CHECK(display_width("a\xFF\x80") == 3);  // bytes that are not UTF-8
  CHECK(display_width("\xE6\xBC") == 2);   // cut in the middle of a character
  // Overlong forms and surrogates are no characters: each of their bytes is shown.
  CHECK(display_width("\xC0\x80") == 2);
  CHECK(display_width("\xE0\x80\xAF") == 3);
  CHECK(display_width("\xED\xA0\x80") == 3);
  CHECK(display_width("\xF4\x90\x80\x80") == 4);
}

TEST_CASE("a cell is text on one line, which no terminal obeys") {
  const std::vector<std::vector<std::string>> rows = {{"a\x1b[31m|\r\n\u202e\tb"}};
  CHECK(markdown_table(std::vector<Column>{{.title = "T"}}, rows) ==
        "|          T           |\n"
        "|----------------------|\n"
        "|a\\x1b[31m\\|  \\u202e\\tb|\n");
}

TEST_CASE("pipes stand below each other whatever is in the cells") {
  const std::vector<Column> columns = {{.title = "名"}, {.title = "n", .align = Align::right}};
  const std::vector<std::vector<std::string>> rows = {
      {"漢字テ", "1"}, {"a|b", "22"}, {"x\ny", "1000"}};
  CHECK(markdown_table(columns, rows) ==
        "|  名  | n  |\n"
        "|------|---:|\n"
        "|漢字テ|   1|\n"
        "|a\\|b  |  22|\n"
        "|x y   |1000|\n");
  const std::vector<std::vector<std::string>> ragged = {{"only one"}};
  CHECK_THROWS_AS(markdown_table(columns, ragged), std::invalid_argument);
}

TEST_CASE("a run with Monte Carlo errors shows them in a column of their own") {
  auto run = test::sample_run();
  CHECK(results_table(run, summarize(run)).find("MC stderr") == std::string::npos);
  for (auto& task : run.tasks) {
    if (task.name == "piqa") task.metrics[0].mc_errors = {0.0, 0.3, 0.4};
  }
  const auto table = results_table(run, summarize(run));
  CHECK(table.find("|MC stderr|") != std::string::npos);
  CHECK(table.find("|   0.1667|") != std::string::npos);
  CHECK(table.find("|      N/A|") != std::string::npos);
}

TEST_CASE("repeats have a mean and a deviation of every metric") {
  const auto run = test::sample_run();
  auto first = summarize(run);
  auto second = first;
  for (std::size_t t = 0; t < run.tasks.size(); ++t) {
    if (run.tasks[t].name != "piqa") continue;
    first[t][0].value = 0.5;
    second[t][0].value = 0.75;
  }
  const auto table = repeatability_table(run, {first, second});
  CHECK(table.find("acc,none") != std::string::npos);
  CHECK(table.find("0.6250|0.1768|") != std::string::npos);
  CHECK(repeatability_table(run, {first}).find("| N/A|") != std::string::npos);
}

}  // namespace smdm
