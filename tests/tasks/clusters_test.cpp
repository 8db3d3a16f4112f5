// What tells which documents depend on each other, task by task.
#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tasks/ask/catalog.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace {

using namespace smdm;
using test::TemporaryFolder;
using test::write_file;

using Keys = std::vector<std::string>;

/// Writes rows where the task looks for them, and loads them.
LoadedDataset loaded(const Task& task,
                     const std::vector<Json>& rows,
                     const std::filesystem::path& root) {
  std::string text;
  for (const Json& row : rows) text += row.dump() + "\n";
  write_file(root / info(task).dataset.sources.front().documents.path, text);
  return load(task, root);
}

Keys keys_of(const Task& task, const std::vector<Json>& rows) {
  const TemporaryFolder folder;
  return loaded(task, rows, folder.path()).clusters;
}

Json with(Json row, const char* name, const char* value) {
  row[name] = value;
  return row;
}

const Json kSwag = {
    {"ind", 1},       {"activity_label", "Baking"}, {"ctx_a", "Ann"},
    {"ctx_b", "she"}, {"ctx", "Ann she"},           {"endings", {"a", "b", "c", "d"}},
    {"split", "val"}, {"split_type", "indomain"},   {"label", "1"}};
const Json kBook = {{"id", "1"},
                    {"question_stem", "Iron is"},
                    {"choices", {{"text", {"a", "b"}}, {"label", {"A", "B"}}}},
                    {"answerKey", "A"}};

bool says_so(const LoadedDataset& data, const std::string& documents) {
  return std::ranges::any_of(data.warnings, [&](const std::string& warning) {
    return test::contains(warning, documents + " documents do not say what they are about");
  });
}

/// Prompts and completions where the authors publish them.
void write_facts(const std::filesystem::path& root,
                 const char* file,
                 const std::vector<std::pair<std::string, std::string>>& facts) {
  std::string text;
  for (const auto& [prompt, completion] : facts)
    text += Json{{"prompt", prompt}, {"completion", completion}}.dump() + "\n";
  write_file(root / "reversal_curse" / "own" / file, text);
}

}  // namespace

TEST_CASE("questions about one situation are a cluster of social_iqa") {
  const Json row = {
      {"question", "q"}, {"answerA", "a"}, {"answerB", "b"}, {"answerC", "c"}, {"label", "1"}};
  CHECK(keys_of(social_iqa(), {with(row, "context", "Ann ran."),
                               with(row, "context", "Bo sat.")}) == Keys{"Ann ran.", "Bo sat."});
}

TEST_CASE("questions about one passage are a cluster of boolq") {
  const Json row = {{"question", "q"}, {"idx", 1}, {"label", 0}};
  CHECK(keys_of(boolq(), {with(row, "passage", "Moths fly."),
                          with(row, "passage", "Moths fly.")}) == Keys{"Moths fly.", "Moths fly."});
}

TEST_CASE("questions about one article are a cluster of race") {
  const Json row = {
      {"problems", "[{'question': 'Who?', 'answer': 'A', 'options': ['a', 'b', 'c', 'd']}]"}};
  CHECK(keys_of(race(), {with(row, "article", "Moths fly.")}) == Keys{"Moths fly."});
}

TEST_CASE("questions of one video or article are a cluster of hellaswag") {
  const TemporaryFolder folder;
  const auto data =
      loaded(hellaswag(), {with(kSwag, "source_id", "activitynet~v_1"), kSwag}, folder.path());
  CHECK(data.clusters == Keys{"activitynet~v_1", ""});
  CHECK(says_so(data, "1 of 2"));
  CHECK(keys_of(hellaswag(), {with(kSwag, "source_id", "wikihow~2")}) == Keys{"wikihow~2"});
}

TEST_CASE(
    "questions about one fact are a cluster of openbookqa, which is no part of the document") {
  const TemporaryFolder folder;
  const auto told = loaded(openbookqa(), {with(kBook, "fact1", "iron is a metal")}, folder.path());
  CHECK(told.clusters == Keys{"iron is a metal"});
  CHECK_FALSE(says_so(told, "1 of 1"));
  const auto untold = loaded(openbookqa(), {kBook}, folder.path());
  CHECK(untold.clusters == Keys{""});
  CHECK(says_so(untold, "1 of 1"));
  CHECK(told.documents == untold.documents);
  auto odd = kBook;
  odd["fact1"] = 7;
  CHECK(keys_of(openbookqa(), {odd}) == Keys{""});
}

TEST_CASE("the upstream form of openbookqa has the fact beside the question") {
  const Json row = {
      {"id", "1"},
      {"question",
       {{"stem", "Iron is"},
        {"choices", {{{"text", "a"}, {"label", "A"}}, {{"text", "b"}, {"label", "B"}}}}}},
      {"fact1", "iron is a metal"},
      {"answerKey", "A"}};
  CHECK(keys_of(openbookqa(), {row}) == Keys{"iron is a metal"});
}

TEST_CASE("prompts about one person are a cluster of every task of the reverse curse") {
  const TemporaryFolder folder;
  // The name of one is part of another's, and completions come in several wordings.
  const std::vector<std::pair<std::string, std::string>> names = {
      {"The baker is", " Ann Lee"}, {"Who bakes?", " Ann Lee"}, {"The tuner is", " Joann Leeds"}};
  const std::vector<std::pair<std::string, std::string>> descriptions = {
      {"Ann Lee is", " the baker."},
      {"Who is Ann Lee?", " She bakes."},
      {"Joann Leeds is", " the tuner."}};
  for (const char* file : {"d2p_prompts_test.jsonl", "p2d_reverse_prompts_test.jsonl"})
    write_facts(folder.path(), file, names);
  for (const char* file : {"p2d_prompts_test.jsonl", "d2p_reverse_prompts_test.jsonl"})
    write_facts(folder.path(), file, descriptions);
  const Keys people = {"Ann Lee", "Ann Lee", "Joann Leeds"};
  for (const OpenAnswer& task : {reverse_curse_d2n(), reverse_curse_n2d(),
                                 reverse_curse_d2n_reverse(), reverse_curse_n2d_reverse()}) {
    INFO(task.info.name);
    const auto generated = load(Task(task), folder.path());
    CHECK(generated.clusters == people);
    CHECK(generated.files.size() == 1);
    CHECK_FALSE(says_so(generated, "of 3"));
    CHECK(load(likelihood_probe(Task(task)).value(), folder.path()).clusters == people);
  }
}

TEST_CASE("without the file of names prompts stand alone, and that is said") {
  for (const char* names : {"", "no JSON"}) {
    const TemporaryFolder folder;
    write_facts(folder.path(), "p2d_prompts_test.jsonl",
                {{"Ann Lee is", " the baker."}, {"Bo is", " the tuner."}});
    if (*names != '\0')
      write_file(folder.path() / "reversal_curse/own/p2d_reverse_prompts_test.jsonl", names);
    const auto data = load(Task(reverse_curse_n2d()), folder.path());
    CHECK(data.clusters == Keys{"", ""});
    CHECK(says_so(data, "2 of 2"));
  }
}

TEST_CASE("documents of other tasks stand alone, and nothing is said of it") {
  const Json row = {{"goal", "g"}, {"sol1", "a"}, {"sol2", "b"}, {"label", 1}};
  const TemporaryFolder folder;
  const auto data = loaded(piqa(), {row, row}, folder.path());
  CHECK(data.clusters == Keys{"", ""});
  CHECK_FALSE(says_so(data, "of 2"));
}

TEST_CASE("the published sets have the clusters that are known of them") {
  const auto shared = test::shared();
  if (!shared) return test::skip("no benchmark data beside the source tree");
  const auto count = [&](const Task& task) {
    auto keys = load(task, *shared / "data").clusters;
    std::ranges::sort(keys);
    const auto again = std::ranges::unique(keys);
    return keys.size() - again.size();
  };
  CHECK(count(reverse_curse_d2n()) == 30);
  CHECK(count(reverse_curse_n2d()) == 30);
  CHECK(count(reverse_curse_d2n_reverse()) == 30);
  CHECK(count(reverse_curse_n2d_reverse()) == 30);
  CHECK(count(openbookqa()) == 1);  // the published file has no facts
  CHECK(count(social_iqa()) < 1954);
  CHECK(count(boolq()) < 3270);
  CHECK(count(hellaswag()) < 10042);
}
