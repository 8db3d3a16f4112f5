// The table of leaderboard fields against the published schema, and the list of formats.
#include "results/export/leaderboard_fields.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "results/export/leaderboard.hpp"
#include "results/export/leaderboard_entry.hpp"
#include "results/export/list.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::contains;

Json schema() {
  return Json::parse(test::read_file(SMDM_SOURCE_DIR "/docs/leaderboard-v1.schema.json"));
}

/// The schema of a field, with what it refers to.
Json resolved(const Json& field, const Json& file) {
  if (!field.contains("$ref")) return field;
  return file.at(Json::json_pointer(field.at("$ref").get<std::string>().substr(1)));
}

/// Pointers of all fields of an object in their order, and the schema of each.
void collect(const Json& object,
             const Json& file,
             const std::string& above,
             std::vector<std::pair<std::string, Json>>& fields) {
  CHECK(object.at("additionalProperties") == false);
  std::vector<std::string> names;
  for (const auto& [name, field] : object.at("properties").items()) {
    names.push_back(name);
    if (field.contains("properties")) {
      collect(field, file, above + "/" + name, fields);
    } else {
      fields.emplace_back(above + "/" + name, resolved(field, file));
    }
  }
  CHECK(object.at("required") == Json(names));
}

std::vector<std::pair<std::string, Json>> schema_fields() {
  std::vector<std::pair<std::string, Json>> fields;
  const Json file = schema();
  collect(file.at("$defs").at("entry"), file, "", fields);
  return fields;
}

/// Whether a field may be null: a name of its types, a value of its list, or an alternative.
bool may_be_null(const Json& field) {
  const auto is_null = [](const Json& type) { return type == "null" || type.is_null(); };
  for (const char* key : {"type", "enum"}) {
    if (!field.contains(key)) continue;
    const Json& types = field.at(key);
    return types.is_array() ? std::ranges::any_of(types, is_null) : is_null(types);
  }
  return std::ranges::any_of(field.at("anyOf"), [](const Json& alternative) {
    return alternative.contains("type") && alternative.at("type") == "null";
  });
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
  const auto fields = leaderboard_fields();
  REQUIRE(described.size() == fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    CAPTURE(fields[i].pointer);
    CHECK(described[i].first == fields[i].pointer);
    CHECK(may_be_null(described[i].second) == fields[i].type.fits(nullptr));
  }
}

TEST_CASE("names that the schema lists are those that the table allows") {
  const auto described = schema_fields();
  const auto fields = leaderboard_fields();
  REQUIRE(described.size() == fields.size());
  std::size_t lists = 0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!described[i].second.contains("enum")) continue;
    CAPTURE(fields[i].pointer);
    ++lists;
    for (const Json& value : described[i].second.at("enum")) CHECK(fields[i].type.fits(value));
    CHECK_FALSE(fields[i].type.fits("another"));
  }
  CHECK(lists == 3);  // kind, direction, bound
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
    CHECK(format.file.empty() == std::holds_alternative<VerdictText>(format.text));
    if (!format.file.empty()) files.push_back(format.file);
  }
  CHECK(files ==
        std::vector<std::string_view>{"leaderboard.csv", "leaderboard.md", "leaderboard.json"});
}

}  // namespace smdm
