// Pages of reports: what stands in them is what stands in the runs, and nothing of a run is markup.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "results/report/assets.hpp"
#include "results/report/document.hpp"
#include "results/report/html.hpp"
#include "results/report/page.hpp"
#include "results/statistics/paired_tests.hpp"
#include "tests/results/made_pages.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/results/sample_run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::between;
using test::chunks_in;
using test::contains;
using test::count;
using test::data_of;

/// What would leave a text if it were not escaped, in every place that there is.
constexpr std::string_view kHostile =
    "</script><script>alert(1)</script><style>*{}</style><!-- ]]> \" ' & &lt; \xE2\x80\xA8 "
    "\xE2\x80\xAE \x01 <img src=x onerror=alert(1)>";

std::vector<double> verdicts(std::size_t documents, std::size_t every) {
  std::vector<double> values;
  for (std::size_t i = 0; i < documents; ++i) values.push_back(i % every == 0 ? 0.0 : 1.0);
  return values;
}

/// Two runs over one task, and one of them over another one.
report::Settings two_runs(const fs::path& folder, std::size_t documents = 60) {
  const auto first = verdicts(documents, 2);
  const auto second = verdicts(documents, 10);
  test::store(test::made_run({.tasks = {{.name = "quiz", .verdicts = first},
                                        {.name = "other", .verdicts = second}}}),
              folder / "one");
  test::store(test::made_run({.tasks = {{.name = "quiz", .verdicts = second}}, .seed = 7}),
              folder / "two");
  return {.runs = {folder / "one", folder / "two"}};
}

/// The page without the scripts and styles of the program, which may hold anything.
std::string without_assets(std::string page) {
  for (const char* asset : {kReportStyle, kD3Script, kPlotScript, kReportScript})
    page.erase(page.find(asset), std::string_view(asset).size());
  return page;
}

std::string page_of(const report::Settings& settings) {
  return report::page_of(test::read_report(settings));
}

/// The texts of a task's documents are hostile, and so is the model's name.
RunRecord hostile_run() {
  auto run = test::sample_run();
  run.model.name = std::string(kHostile);
  for (auto& task : run.tasks) {
    for (auto& sample : task.samples) {
      sample.doc["hostile"] = kHostile;
      if (auto* choices = std::get_if<std::vector<ChoiceRecord>>(&sample.outcome)) {
        for (auto& choice : *choices) choice.request.continuation += kHostile;
      } else if (auto* generation = std::get_if<GenerationRecord>(&sample.outcome)) {
        generation->text = std::string(1'000'000, 'x').append(kHostile);
        generation->prompt = kHostile;
      }
    }
  }
  return run;
}

}  // namespace

TEST_CASE("markup is made of texts that stay texts") {
  using report::tag;
  CHECK(report::text("<b>&\"'").markup() == "&lt;b&gt;&amp;&quot;&apos;");
  CHECK(tag("p", {{"title", "\"><script>"}}, "</p>").markup() ==
        "<p title=\"&quot;&gt;&lt;script&gt;\">&lt;/p&gt;</p>");
  CHECK(report::text(std::string_view("\0\xff", 2)).markup() == "\xEF\xBF\xBD\xEF\xBF\xBD");
  const Json hostile = {{std::string(kHostile), kHostile}};
  const auto json = report::script_json(hostile);
  for (const char* part : {"<", ">", "&", "\xE2\x80\xA8", "\xE2\x80\xA9"})
    CHECK(json.find(part) == std::string::npos);
  const auto plain = Json::parse(report::script_json({{"a", "</script>&\xE2\x80\xA8"}}));
  CHECK(plain.at("a") == "</script>&\xE2\x80\xA8");
  const report::Table table{.id = "t",
                            .caption = "c",
                            .heads = {{.title = "a"}, {.title = "b"}},
                            .rows = {{{.text = "1"}}}};
  CHECK_THROWS_AS(report::table(table), std::invalid_argument);
}

TEST_CASE("a page's policy allows its own scripts and nothing else") {
  const test::TemporaryFolder folder;
  const auto page = page_of(two_runs(folder.path()));
  const auto policy = between(page, "Content-Security-Policy\" content=\"", "\"");
  CHECK(contains(policy, "default-src &apos;none&apos;; script-src &apos;sha256-"));
  CHECK(contains(policy,
                 "; style-src &apos;unsafe-inline&apos;; img-src data:; base-uri "
                 "&apos;none&apos;; form-action &apos;none&apos;"));
  CHECK(count(policy, "sha256-") == 3);
  for (const char* script : {kD3Script, kPlotScript, kReportScript}) {
    const std::string text = script;
    CHECK(count(page, text) == 1);
    CHECK(text.find("</script") == std::string::npos);
    CHECK(text.find("<!--") == std::string::npos);
    const auto source = report::script_source(text);
    CHECK(contains(policy, between(source, "'", "'")));
  }
  // echo -n "alert(1)" | openssl dgst -sha256 -binary | base64
  CHECK(report::script_source("alert(1)") ==
        "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='");
  for (const char* outside :
       {" src=\"", "href=\"http", "@import", "<link", "<iframe", "<form", "<base"})
    CHECK(between(page, "<main>", "</main>").find(outside) == std::string::npos);
}

TEST_CASE("values, errors and verdicts on a page are those of the runs and of compare") {
  const test::TemporaryFolder folder;
  const auto settings = two_runs(folder.path());
  const auto page = page_of(settings);
  const auto data = data_of(page);
  const auto one = read_facts(settings.runs[0]);
  const auto two = read_facts(settings.runs[1]);
  REQUIRE(data.at("tasks").size() == 2);
  const auto& quiz = data.at("tasks").at(1);
  CHECK(quiz.at("name") == "quiz");
  REQUIRE(quiz.at("results").size() == 2);
  const auto& scores = two.tasks.at(0).scores.at(0);
  CHECK(quiz.at("results").at(1).at("value") == scores.value);
  CHECK(quiz.at("results").at(1).at("standard_error") == scores.clustered_error.value());
  CHECK(quiz.at("results").at(1).at("bound") == "lower");
  const auto compared = compare_runs(one, two);
  const auto& metric = compared.tasks.at(0).metrics.at(0);
  const auto& shown = data.at("comparisons").at(0);
  CHECK(shown.at("p") == metric.difference.value().p_value);
  CHECK(shown.at("p_holm") == metric.corrected.value());
  CHECK(shown.at("difference") == metric.difference.value().difference);
  CHECK(shown.at("verdict") == "b");
  CHECK(contains(page, "two is better"));
  CHECK(contains(page, "0 of 1 differences cannot be told apart"));
  // In the table the number itself stands beside its four digits.
  CHECK(contains(page, "data-value=\"" + Json(scores.value).dump() + "\""));
}

TEST_CASE("all comparisons of a page are one family") {
  const test::TemporaryFolder folder;
  auto settings = two_runs(folder.path(), 20);
  test::store(test::made_run({.tasks = {{.name = "quiz", .verdicts = verdicts(20, 3)}}, .seed = 8}),
              folder.path() / "three");
  settings.runs.push_back(folder.path() / "three");
  const auto comparisons = data_of(page_of(settings)).at("comparisons");
  REQUIRE(comparisons.size() == 3);
  std::vector<double> p_values;
  for (const Json& one : comparisons) p_values.push_back(one.at("p"));
  const auto corrected = holm(p_values);
  for (std::size_t i = 0; i < 3; ++i) CHECK(comparisons.at(i).at("p_holm") == corrected[i]);
}

TEST_CASE("what cannot be compared is a line of the page with its reason") {
  const test::TemporaryFolder folder;
  test::store(test::made_run({.tasks = {{.name = "quiz", .verdicts = verdicts(20, 2)}}}),
              folder.path() / "one");
  test::store(test::made_run({.tasks = {{.name = "quiz", .verdicts = verdicts(10, 2)}}, .seed = 7}),
              folder.path() / "two");
  const auto page = page_of({.runs = {folder.path() / "one", folder.path() / "two"}});
  CHECK(data_of(page).at("comparisons").empty());
  CHECK(contains(page, "Not comparable"));
  CHECK(contains(between(page, "id=\"recipe\"", "<script"), "not comparable: "));
  // Documents of both runs stand there, those of both once.
  CHECK(data_of(page).at("tasks").at(0).at("documents") == 20);
}

TEST_CASE("packed documents hold every answer of the samples, and each text once") {
  const test::TemporaryFolder folder;
  test::store(test::sample_run(), folder.path() / "run");
  const auto page = page_of({.runs = {folder.path() / "run"}, .texts = true});
  const auto chunks = chunks_in(page);
  REQUIRE(chunks.size() == 3);  // gen, lambada_standard, piqa
  const auto text = [](const Json& chunk, const Json& index) {
    return chunk.at("strings").at(index.get<std::size_t>()).get<std::string>();
  };
  const auto& piqa = chunks[2];
  REQUIRE(piqa.at("documents").size() == 3);
  const auto& first = piqa.at("documents").at(0);
  CHECK(text(piqa, first.at("prompt")) == "Question: g0 é\nAnswer:");
  CHECK(text(piqa, first.at("choices").at(1)) == " bb0");
  CHECK(first.at("gold") == 0);
  const auto& answer = first.at("runs").at("r0");
  CHECK(answer.at("scores") == Json({-1.3436424411240122, -7.6377461897661405}));
  CHECK(answer.at("errors") == Json({0.125, 0.125}));
  CHECK(answer.at("picked") == 0);
  CHECK(answer.at("correct") == true);
  CHECK(answer.at("undecided") == false);
  CHECK(piqa.at("documents").at(1).at("runs").at("r0").at("correct") == false);
  const auto& gen = chunks[0];
  const auto& generated = gen.at("documents").at(0).at("runs").at("r0");
  CHECK(text(gen, generated.at("generation")) == "line\n#### 1.0\t\"end\" \xE2\x88\x9A");
  CHECK(text(gen, generated.at("extracted")) == "1.0");
  CHECK(gen.at("documents").at(0).at("runs").at("r0").at("generation") ==
        gen.at("documents").at(1).at("runs").at("r0").at("generation"));
  // lambada: one context of three documents stands once.
  std::size_t times = 0;
  for (const Json& string : chunks[1].at("strings")) times += string == "hello my" ? 1 : 0;
  CHECK(times == 1);
}

TEST_CASE("without texts no prompt, choice, target or generation is in the file") {
  const test::TemporaryFolder folder;
  test::store(test::sample_run(), folder.path() / "run");
  const auto page = page_of({.runs = {folder.path() / "run"}});  // no micro world: off by default
  std::string all = page;
  for (const Json& chunk : chunks_in(page)) all += chunk.dump();
  for (const char* words : {"Question: g0", " bb0", "hello my", "#### 1.0", "Q: g0"}) {
    CAPTURE(words);
    CHECK(all.find(words) == std::string::npos);
  }
  CHECK(data_of(page).at("texts") == false);
  CHECK(data_of(page).at("canary").is_null());
  CHECK(page.find(report::kCanary) == std::string::npos);
  const auto with = page_of({.runs = {folder.path() / "run"}, .texts = true});
  CHECK(contains(with, "Question: g0"));
  CHECK(contains(with, std::string(report::kCanary)));
  CHECK(data_of(with).at("canary") == report::kCanary);
}

TEST_CASE("which documents are there is asked for, and their numbers stay") {
  const test::TemporaryFolder folder;
  auto settings = two_runs(folder.path(), 1200);
  const auto numbers = [&](report::Documents documents) {
    settings.documents = documents;
    std::vector<std::vector<std::size_t>> all;
    for (const Json& chunk : chunks_in(page_of(settings))) {
      all.emplace_back();
      for (const Json& one : chunk.at("documents")) all.back().push_back(one.at("n"));
    }
    return all;
  };
  using Kind = report::Documents::Kind;
  const auto all = numbers({.kind = Kind::all});
  REQUIRE(all.size() == 6);  // 500, 500, 200 of each task
  CHECK(all[1].front() == 500);
  CHECK(all[2].size() == 200);
  const auto wrong = numbers({.kind = Kind::wrong});
  REQUIRE(wrong.size() == 3);  // every tenth of one task; every second of the other
  CHECK(wrong[0].size() == 120);
  CHECK(wrong[0][1] == 10);
  CHECK(wrong[1].size() + wrong[2].size() == 600);
  const auto first = numbers({.kind = Kind::first, .count = 7});
  REQUIRE(first.size() == 2);
  CHECK(first[1].size() == 7);
  CHECK(numbers({.kind = Kind::none}).empty());
  settings.documents = {.kind = Kind::all};
  const auto page = page_of(settings);
  CHECK(count(page, "<article class=\"document\"") == 2 * 50);
  CHECK(contains(page, "id=\"d-t0-49\""));
  CHECK(contains(page, "data-first=\"500\" data-last=\"999\" data-count=\"500\""));
}

TEST_CASE("hostile names and texts stay texts") {
  const test::TemporaryFolder folder;
  const auto place = folder.path() / "<b onclick=alert(1)>&\"'";
  test::store(hostile_run(), place);
  const auto whole =
      page_of({.runs = {place}, .title = std::string(kHostile) + "\xff", .texts = true});
  const auto page = without_assets(whole);
  // As many scripts, styles and other elements as a page has by itself: scripts, numbers, chunks.
  CHECK(count(page, "<script") == 3 + 1 + 3);
  CHECK(count(page, "</script") == 3 + 1 + 3);
  CHECK(count(page, "<style") == 1);
  CHECK(count(page, "<!--") == 0);
  CHECK(count(page, "<img") == 0);
  CHECK(count(page, "<b onclick") == 0);
  CHECK(count(page, "\xff") == 0);
  CHECK(count(page, "\x01") == 0);
  CHECK(contains(page, "&lt;/script&gt;&lt;script&gt;alert(1)"));
  // A text of a megabyte stands in the packed documents alone.
  const auto chunks = chunks_in(whole);
  CHECK(whole.size() < 900'000);
  std::size_t longest = 0;
  for (const Json& string : chunks.at(0).at("strings"))
    longest = std::max(longest, string.get<std::string>().size());
  CHECK(longest > 1'000'000);
}

TEST_CASE("a view without data says why") {
  const test::TemporaryFolder folder;
  test::store(test::made_run({.tasks = {{.name = "quiz", .verdicts = verdicts(20, 2)}}}),
              folder.path() / "one");
  const auto page = page_of({.runs = {folder.path() / "one"}});
  const auto pictures = data_of(page).at("pictures");
  for (const char* key : {"tradeoff", "reverse_curse", "periods", "orders", "scaling"}) {
    CAPTURE(key);
    const auto reason = pictures.at(key).at("absent").get<std::string>();
    CHECK(reason.size() > 10);
    CHECK(contains(page, std::string("<p class=\"absent\" data-picture=\"") + key + "\">"));
    CHECK(contains(page, reason.substr(0, reason.find('('))));
  }
  CHECK(pictures.at("intervals").at("tasks").size() == 1);
  CHECK(pictures.at("cost").at("points").size() == 1);
  CHECK(contains(page, "No two of the runs have a task in common."));
  CHECK(contains(page, "<noscript>"));
}

TEST_CASE("a run that is still going says how far it is") {
  const test::TemporaryFolder folder;
  fs::create_directory(folder.path() / "going");
  fs::create_directory(folder.path() / "damaged");
  test::write_file(folder.path() / "going" / "progress.json",
                   R"({"format": 1, "state": "running", "documents": 300, "done": 120, "tasks": [],
                       "elapsed_seconds": 9.5, "seconds_left": 150.0,
                       "updated": "2024-09-01T00-00-00", "updated_s": 1.0, "pid": 1})");
  auto settings = two_runs(folder.path());
  settings.runs.push_back(folder.path() / "going");
  const auto page = page_of(settings);
  const auto progress = data_of(page).at("runs").at(2).at("progress");
  CHECK(progress.at("done") == 120);
  CHECK(progress.at("of") == 300);
  CHECK(progress.at("documents_per_second") == 1.2);
  CHECK(contains(page, "120 of 300 documents, running, about 2 min left"));
  CHECK(contains(page_of({.runs = {folder.path() / "going"}}), "No run is complete"));
  test::write_file(folder.path() / "damaged" / "progress.json", "{}");
  CHECK_THROWS_KIND(page_of({.runs = {folder.path() / "damaged"}}), results);
}

TEST_CASE("runs and files that a report cannot be made of") {
  const test::TemporaryFolder folder;
  auto settings = two_runs(folder.path());
  CHECK_THROWS_KIND(page_of({.runs = {folder.path() / "one", folder.path() / "one"}}), results);
  CHECK_THROWS_KIND(page_of({.runs = {folder.path() / "nothing"}}), results);
  test::write_file(folder.path() / "fit.json", R"({"fits": 1, "unit": "nats"})");
  settings.scaling = folder.path() / "fit.json";
  CHECK(contains(test::error_text<ErrorKind::results>([&] { return page_of(settings); }),
                 "--scaling"));
  test::write_file(folder.path() / "fit.json", R"({"points": []})");
  CHECK_THROWS_KIND(page_of(settings), results);
}

TEST_CASE("a choice is undecided where other draws might make another one the likeliest") {
  using report::undecided_choice;
  const std::vector<double> scores = {-2.0, -1.0, -5.0};
  using Errors = std::vector<std::optional<double>>;
  const Errors errors = {0.4, 0.4, 0.4};
  CHECK(undecided_choice(scores, errors, std::nullopt, std::nullopt));  // 1 < 1.96 * 0.57
  CHECK_FALSE(undecided_choice(scores, Errors{0.3, 0.3, 9.0}, std::nullopt, std::nullopt));
  CHECK_FALSE(undecided_choice(scores, Errors{0.4, std::nullopt, 0.4}, std::nullopt, std::nullopt));
  CHECK_FALSE(undecided_choice(scores, Errors{0.0, 0.0, 0.0}, std::nullopt, std::nullopt));
  // The verdict's own error knows that the draws of both choices move together.
  CHECK_FALSE(undecided_choice(scores, errors, 0, 0.1));
  CHECK(undecided_choice(scores, errors, 1, 0.2));
  // It says nothing of two wrong answers.
  CHECK(undecided_choice(scores, errors, 2, 0.0));
  CHECK_FALSE(undecided_choice(std::vector{-1.0}, Errors{0.4}, 0, 0.2));
}

}  // namespace smdm
