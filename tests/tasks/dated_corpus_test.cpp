// Corpora of several periods: files, dates, texts, and every way in which one may be wrong.
#include "tasks/data/dated_corpus.hpp"

#include "base/error.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/gzip.hpp"
#include "tests/support/support.hpp"

namespace {

using namespace smdm;
using test::contains;
using test::TemporaryFolder;
using test::write_file;

/// A line with a text and a date.
std::string line(const std::string& text, const std::string& date) {
  return Json{{"text", text}, {"date", date}}.dump() + "\n";
}

LoadedCorpus load_folder(const std::filesystem::path& data, const CorpusQuery& query = {}) {
  return load_corpus("temporal_shift", data, "temporal_arxiv", query);
}

std::string load_error(const std::filesystem::path& data, const CorpusQuery& query = {}) {
  return test::error_text<ErrorKind::data>([&] { return load_folder(data, query); });
}

std::vector<std::string> names(const LoadedCorpus& corpus) {
  std::vector<std::string> all;
  for (const auto& period : corpus.periods) all.push_back(period.name);
  return all;
}

CorpusQuery by_date(const PeriodRule& rule = CalendarUnit::month) {
  CorpusQuery query;
  query.date_field = "date";
  query.periods = rule;
  return query;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("one file a period, in time order, compressed or not") {
  const TemporaryFolder folder;
  const auto& root = folder.path();
  write_file(root / "2024-10.jsonl", line("b", "") + "\n" + line("c", ""));
  write_file(root / "2024-9.jsonl.bak", "no line of ours");
  write_file(root / "2023.jsonl.gz", test::gzip(line("a", "")));
  write_file(root / "2024-11..2024-12.jsonl", line("d", ""));
  const auto corpus = load_folder(root);
  CHECK(names(corpus) == Names{"2023", "2024-10", "2024-11..2024-12"});
  CHECK(corpus.warnings.empty());
  CHECK(corpus.text_fields == Names{"text"});
  CHECK(corpus.periods[1].documents.size() == 2);
  CHECK(corpus.periods[1].found == 2);
  CHECK(corpus_text(corpus.periods[1].documents[1], corpus.text_fields) == "c");
  REQUIRE(corpus.periods[0].files.size() == 1);
  CHECK(corpus.periods[0].files[0].path == root / "2023.jsonl.gz");
  CHECK(corpus.periods[0].files[0].sha256.size() == 64);
}

TEST_CASE("the folder under a data root wins over files beside it") {
  const TemporaryFolder folder;
  write_file(folder.path() / "2024.jsonl", line("beside", ""));
  CHECK(names(load_folder(folder.path())) == Names{"2024"});
  std::filesystem::create_directory(folder.path() / "temporal_arxiv");
  write_file(folder.path() / "temporal_arxiv" / "2025.jsonl", line("inside", ""));
  CHECK(names(load_folder(folder.path())) == Names{"2025"});
  CHECK(names(load_folder(folder.path() / "temporal_arxiv" / "2025.jsonl")) == Names{"2025"});
}

TEST_CASE("names that are no dates keep their own order, with a warning") {
  const TemporaryFolder folder;
  write_file(folder.path() / "CC-MAIN-2024-18.jsonl", line("b", ""));
  write_file(folder.path() / "CC-MAIN-2024-10.jsonl", line("a", ""));
  const auto corpus = load_folder(folder.path());
  CHECK(names(corpus) == Names{"CC-MAIN-2024-10", "CC-MAIN-2024-18"});
  REQUIRE(corpus.warnings.size() == 1);
  CHECK(contains(corpus.warnings[0], "order of their names"));
}

TEST_CASE("dates in a field, over any files") {
  const TemporaryFolder folder;
  write_file(folder.path() / "x.jsonl",
             line("a", "2024-03-01") + line("b", "2023-12-31T23:00:00Z"));
  write_file(folder.path() / "y.jsonl.gz", test::gzip(line("c", "2024-02-29 01:00")));
  CHECK(names(load_folder(folder.path(), by_date())) == Names{"2023-12", "2024-02", "2024-03"});
  const auto years = load_folder(folder.path(), by_date(CalendarUnit::year));
  CHECK(names(years) == Names{"2023", "2024"});
  CHECK(years.periods[1].documents.size() == 2);
  CHECK(years.periods[1].files.size() == 2);
  const auto given = load_folder(
      folder.path(), by_date(parse_period_rule(Names{"2024-02..2024-02", "2024-03..2024-12"})));
  CHECK(names(given) == Names{"2024-02..2024-02", "2024-03..2024-12"});
  REQUIRE(given.warnings.size() == 1);
  CHECK(contains(given.warnings[0], "1 documents lie outside"));
}

TEST_CASE("only the first documents of a period are kept") {
  const TemporaryFolder folder;
  write_file(folder.path() / "x.jsonl",
             line("a", "2024") + line("b", "2023") + line("c", "2024") + line("d", "2024"));
  auto query = by_date(CalendarUnit::year);
  query.most = 2;
  const auto corpus = load_folder(folder.path(), query);
  CHECK(corpus.periods[0].documents.size() == 1);
  CHECK(corpus.periods[1].documents.size() == 2);
  CHECK(corpus.periods[1].found == 3);
  CHECK(corpus.periods[1].documents[1].at("text") == "c");
}

TEST_CASE("text fields") {
  const TemporaryFolder folder;
  write_file(folder.path() / "2024.jsonl", R"({"title": "T", "abstract": "A", "body": "B"})");
  const auto corpus = load_folder(folder.path());
  CHECK(corpus.text_fields == Names{"title", "abstract"});
  CHECK(corpus_text(corpus.periods[0].documents[0], corpus.text_fields) == "T\nA");
  CHECK(corpus_text(corpus.periods[0].documents[0], {}) == "T\nA");
  CorpusQuery query;
  query.text_fields = {"body"};
  const auto other = load_folder(folder.path(), query);
  CHECK(corpus_text(other.periods[0].documents[0], other.text_fields) == "B");
}

TEST_CASE("what is wrong is said with file and line") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "2024.jsonl";
  const auto error = [&](const std::string& content, const CorpusQuery& query = {}) {
    write_file(file, content);
    const auto text = load_error(folder.path(), query);
    INFO(text);
    return text;
  };
  const auto at = [&](int number) { return file.string() + ":" + std::to_string(number) + ": "; };
  const std::string good = line("a", "2024-01-02");
  CHECK(error(good + "{\"date\": \"2024-01-01\"}\n") ==
        at(2) + "wanted the field \"text\", got the fields \"date\"");
  CHECK(contains(error("{\"body\": \"b\"}\n"), at(1) + "wanted a field \"text\", or \"title\""));
  CHECK(contains(error("{\"text\": 3}\n"), at(1) + "wanted the field \"text\" to be a string"));
  CHECK(error(good + line(" \n", "2024-01-01")) == at(2) + "wanted text, got an empty document");
  CHECK(contains(error("{\"text\"\n"), at(1) + "wanted a JSON object, got malformed JSON"));
  CHECK(contains(error("[]\n"), at(1) + "wanted a JSON object, got an array of 0"));
  CHECK(contains(error(good + "{\"text\": \"b\"}\n", by_date()),
                 at(2) + "wanted the field \"date\""));
  CHECK(error(good + line("b", "2024-02-30"), by_date()) ==
        at(2) +
            "wanted the field \"date\" to be a date like 2024-02-29, got the string "
            "\"2024-02-30\"");
  CHECK(contains(error("{\"text\": \"b\", \"date\": null}\n", by_date()), "got null"));
  CHECK(contains(error(good + line("b", "2024"), by_date()),
                 at(2) + "wanted a date that lies in one month"));
  CHECK(contains(error("\xff\n"), at(1) + "wanted UTF-8 text"));
  CHECK(error("\n") == "temporal_shift: wanted documents of the period 2024, got none");
  CHECK(error(good, by_date(parse_period_rule(Names{"2024..2024", "2025..2025"}))) ==
        "temporal_shift: wanted documents of the period 2025..2025, got none");
  write_file(file, good);
  write_file(folder.path() / "2024.jsonl.gz", test::gzip(good));
  CHECK(contains(load_error(folder.path()), "wanted one file for the period 2024, got"));
}

TEST_CASE("a corpus that is not there") {
  const TemporaryFolder folder;
  CHECK(contains(load_error(folder.path() / "none"), "got nothing there"));
  CHECK(contains(load_error(folder.path()), "wanted files NAME.jsonl[.gz] in"));
}

TEST_CASE("the arXiv corpus") {
  const auto shared = test::shared();
  if (!shared) return test::skip("no benchmark data beside the source tree");
  const auto corpus = load_folder(*shared / "data");
  CHECK(names(corpus) == Names{"2022-09", "2022-10", "2024-02", "2024-03", "2024-04", "2025-03"});
  std::vector<std::size_t> counts;
  for (const auto& period : corpus.periods) counts.push_back(period.found);
  CHECK(counts == std::vector<std::size_t>{768, 1646, 2282, 1875, 1715, 3789});
  CHECK(corpus.text_fields == Names{"title", "abstract"});
  CHECK(corpus.periods[5].files[0].sha256 ==
        "5de44f51f8fb073d2e3d6d4ed4389c444e203dc070c9a32f253c666e552c7623");
  // Its dates say the same as its files.
  auto query = by_date();
  query.date_field = "published";
  const auto dated = load_folder(*shared / "data", query);
  REQUIRE(names(dated) == names(corpus));
  for (std::size_t i = 0; i < counts.size(); ++i) {
    CHECK(dated.periods[i].documents == corpus.periods[i].documents);
  }
  const Task task = temporal_shift();
  CHECK(load(task, *shared / "data").documents.size() ==
        static_cast<std::size_t>(info(task).dataset.documents));
}

TEST_CASE("a corpus's text is one request without context") {
  const Task task = temporal_shift();
  const Json document = {{"title", "T"}, {"abstract", "A"}};
  const auto asked = requests(ask(task, document));
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].context.empty());
  CHECK(asked[0].continuation == "T\nA");
  CHECK(target(ask(task, document)) == "T\nA");
  CHECK(lm_eval_config(task).at("output_type") == "loglikelihood_rolling");
}
