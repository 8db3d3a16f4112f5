// The table of leaderboard fields against the published schema, and the list of formats.
#include "results/export/leaderboard_fields.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "results/export/leaderboard.hpp"
#include "results/export/leaderboard_entry.hpp"
#include "results/export/leaderboard_schema.hpp"
#include "results/export/list.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::contains;

Json schema() {
  return Json::parse(test::read_file(SMDM_SOURCE_DIR "/docs/leaderboard-v2.schema.json"));
}

/// Pointers of all fields of an object in their order.
void collect(const Json& object, const std::string& above, std::vector<std::string>& fields) {
  CHECK(object.at("additionalProperties") == false);
  std::vector<std::string> names;
  for (const auto& [name, field] : object.at("properties").items()) {
    names.push_back(name);
    if (field.contains("properties")) {
      collect(field, above + "/" + name, fields);
    } else {
      fields.push_back(above + "/" + name);
    }
  }
  CHECK(object.at("required") == Json(names));
}

std::vector<std::string> schema_fields() {
  std::vector<std::string> fields;
  collect(schema().at("definitions").at("entry"), "", fields);
  return fields;
}

/// Places from 1, each once.
bool are_places(std::vector<int> places) {
  std::ranges::sort(places);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i] != static_cast<int>(i) + 1) return false;
  }
  return !places.empty();
}

}  // namespace

TEST_CASE("the schema has the fields of the table, in its order") {
  const auto described = schema_fields();
  std::vector<std::string> fields;
  for (const LeaderboardField& field : leaderboard_fields()) fields.emplace_back(field.pointer);
  CHECK(described == fields);
}

TEST_CASE("the program carries the schema that readers have, in which every kind of bound stands") {
  CHECK(Json::parse(kLeaderboardSchemaText) == schema());
  const Json pointer = schema().at("definitions").at("entry").at("properties").at("bound");
  for (const Bound bound : {Bound::exact, Bound::lower, Bound::chain_rule}) {
    const auto& names = pointer.at("enum");
    CHECK(std::ranges::find(names, Json(to_string(bound))) != names.end());
  }
}

TEST_CASE("an entry of the any-order likelihood says so in place of the bound") {
  auto run = test::made_run({.tasks = {{.verdicts = {1, 0, 1}}}});
  auto metric = run.tasks[0].metrics[0];
  metric.info.filter = kAnyOrderFilter;
  run.tasks[0].metrics.push_back(metric);
  const test::TemporaryFolder folder;
  test::store(run, folder.path());
  const auto entries = leaderboard_entries(read_facts(folder.path()), folder.path());
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].at("bound") == "lower");
  CHECK(entries[1].at("bound") == "any_order");
  CHECK(entries[1].at("metric").at("filter") == "any_order");
  CHECK(entry_identity(entries[0]) != entry_identity(entries[1]));
}

TEST_CASE("places of the table are 1, 2 ... in each of its orders") {
  std::vector<int> identity;
  std::vector<int> csv;
  std::vector<int> markdown;
  std::set<std::string> titles;
  for (const LeaderboardField& field : leaderboard_fields()) {
    if (field.identity > 0) identity.push_back(field.identity);
    if (field.markdown.place > 0) markdown.push_back(field.markdown.place);
    CHECK_FALSE((field.identity > 0 && field.is_result));  // a result identifies no measurement
    for (const CsvColumn& column : field.csv) {
      if (column.place == 0) continue;
      csv.push_back(column.place);
      CHECK(titles.insert(column.title).second);
      CHECK(std::string(column.pointer).starts_with(field.pointer));
    }
  }
  CHECK(are_places(identity));
  CHECK(are_places(csv));
  CHECK(are_places(markdown));
}

TEST_CASE("all settings of a newer file are in the budget and in the identity") {
  auto made = test::made_run({.tasks = {{.verdicts = {1, 0, 1}}}});
  made.tasks[0].extra["settings"] = {
      {"estimator", "mc"}, {"cfg", 0.0}, {"novel", 1}, {"fields", {"a", "b"}}};
  const test::TemporaryFolder folder;
  const auto entries_with = [&](const Json& novel) {
    made.tasks[0].extra["settings"]["novel"] = novel;
    return leaderboard_entries(read_facts(test::store(made, folder.path())), folder.path());
  };
  const auto entry = entries_with(1).at(0);
  CHECK(entry.at("estimator") == "mc");
  CHECK(entry.at("budget") == Json({{"novel", 1}, {"fields", "[\"a\",\"b\"]"}}));
  CHECK(entry_identity(entry) != entry_identity(entries_with(2).at(0)));
}

TEST_CASE(
    "every format has a name of its own, and leaderboard.json is written last of its folder") {
  std::set<std::string_view> names;
  std::vector<std::string_view> files;
  for (const ExportFormat& format : export_formats()) {
    CHECK(names.insert(format.name).second);
    CHECK(format.file.empty() == !std::holds_alternative<LeaderboardText>(format.text));
    if (!format.file.empty()) files.push_back(format.file);
  }
  CHECK(files ==
        std::vector<std::string_view>{"leaderboard.csv", "leaderboard.md", "leaderboard.json"});
}

}  // namespace smdm
