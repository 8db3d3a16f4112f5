/// The fields of a leaderboard entry, each in one place: where it stands in the JSON object, where
/// it comes from, whether it tells entries apart, and how the Markdown table and the CSV file show
/// it. What it may hold is said by docs/leaderboard-v2.schema.json alone. Whoever adds a field adds
/// it to the table of leaderboard_fields.cpp and to the schema, which a test compares.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "results/run/facts.hpp"
#include "results/show/table.hpp"

namespace smdm {

/// What an entry is made of: one metric of a task. REQUIRES: the facts outlive it.
struct EntrySource {
  const TaskFacts& task;
  std::size_t metric = 0;                  ///< index in the task's
  std::string prompt_sha256;               ///< over the prompts of all documents
  std::string samples_path;                ///< relative to the leaderboard's folder
  std::string samples_sha256;              ///< of that file
  std::vector<std::size_t> clusters = {};  ///< of the task's documents, see clusters.hpp
};

/// A column of the CSV file.
struct CsvColumn {
  int place = 0;  ///< from 1, as the columns stand; 0: no column
  const char* title = nullptr;
  const char* pointer = nullptr;  ///< of its value in an entry
};

/// A column of the Markdown table.
struct MarkdownColumn {
  int place = 0;  ///< from 1, as the columns stand; 0: no column
  const char* title = nullptr;
  Align align = Align::left;
  std::string (*text)(const Json& entry) = nullptr;  ///< none: value_text() of the field
};

/// One field of an entry. The functions give a copy that has one thing more.
struct LeaderboardField {
  const char* pointer = nullptr;  ///< JSON pointer in an entry: "/model/id"
  Json (*from)(const EntrySource& source) = nullptr;
  /// Place, from 1, among the fields that make two entries the same measurement, and that order
  /// the file where its task, metric and model do not; 0: it may differ.
  int identity = 0;
  bool is_result = false;  ///< whether two entries of one measurement must agree in it
  std::array<CsvColumn, 2> csv = {};
  MarkdownColumn markdown = {};

  [[nodiscard]] constexpr LeaderboardField identifies(int place) const {
    LeaderboardField field = *this;
    field.identity = place;
    return field;
  }
  [[nodiscard]] constexpr LeaderboardField result() const {
    LeaderboardField field = *this;
    field.is_result = true;
    return field;
  }
  [[nodiscard]] constexpr LeaderboardField in_csv(int place, const char* title) const {
    LeaderboardField field = *this;
    field.csv = {{{.place = place, .title = title, .pointer = pointer}}};
    return field;
  }
  [[nodiscard]] constexpr LeaderboardField in_csv(const CsvColumn& a, const CsvColumn& b) const {
    LeaderboardField field = *this;
    field.csv = {a, b};
    return field;
  }
  [[nodiscard]] constexpr LeaderboardField in_markdown(const MarkdownColumn& column) const {
    LeaderboardField field = *this;
    field.markdown = column;
    return field;
  }
};

/// Every field, in the order of an entry's members.
[[nodiscard]] std::span<const LeaderboardField> leaderboard_fields();

/// A value as Markdown and CSV show it: texts as they are, null as nothing, else JSON.
[[nodiscard]] std::string value_text(const Json& value);

/// "acc,none"
[[nodiscard]] std::string metric_name(const Json& entry);

}  // namespace smdm
