// The second part of leaderboard.hpp: entries put together, and shown.
#include "results/export/leaderboard.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/text/numbers.hpp"
#include "base/text/python.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

constexpr int kDigits = 4;

std::string text_of(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return python_float(value.get<double>());
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string metric_name(const Json& entry) {
  return text_of(entry.at("metric").at("name")) + "," + text_of(entry.at("metric").at("filter"));
}

/// Orders the file: what people look for first.
std::string order_key(const Json& entry) {
  constexpr char kBetween = '\x01';  // sorts before every character of a name
  return text_of(entry.at("task").at("name")) + kBetween + metric_name(entry) + kBetween +
         text_of(entry.at("model").at("id")) + kBetween + entry_identity(entry);
}

/// Which results of two entries of one measurement differ: "value, samples"; empty for none. Time,
/// date, path and command line may.
std::string differing_results(const Json& a, const Json& b) {
  std::string names;
  const auto compare = [&](const char* name, const Json& of_a, const Json& of_b) {
    if (of_a != of_b) names += (names.empty() ? "" : ", ") + std::string(name);
  };
  for (const char* key : {"direction", "value", "stderr", "mc_stderr", "interval", "bound", "rows",
                          "tokens", "forwards"})
    compare(key, a.at(key), b.at(key));
  compare("samples", a.at("samples").at("sha256"), b.at("samples").at("sha256"));
  return names;
}

std::string named(const Json& entry) {
  return text_of(entry.at("value")) + " of " + text_of(entry.at("model").at("id")) + " in " +
         text_of(entry.at("samples").at("path"));
}

/// "mc_samples=128 mc_strata=32"
std::string budget_text(const Json& entry) {
  std::string text;
  for (const auto& [key, value] : entry.at("budget").items()) {
    if (!text.empty()) text += ' ';
    text.append(key).append("=").append(text_of(value));
  }
  return text;
}

std::string fixed_or(const Json& value, const char* absent) {
  return value.is_number() ? fixed_text(value.get<double>(), kDigits) : absent;
}

std::string interval_text(const Json& interval) {
  if (!interval.is_array()) return "N/A";
  std::string text = "[";
  text.append(fixed_or(interval.at(0), "N/A")).append(", ").append(fixed_or(interval.at(1), "N/A"));
  return text += ']';
}

std::vector<std::string> markdown_row(const Json& entry) {
  const bool higher = entry.at("direction") == "higher";
  std::string engine = text_of(entry.at("engine").at("version"));
  constexpr std::size_t kRevisionDigits = 7;
  const auto revision = text_of(entry.at("engine").at("git_revision"));
  if (!revision.empty()) engine.append(" ").append(revision, 0, kRevisionDigits);
  return {text_of(entry.at("task").at("name")),
          metric_name(entry) + (higher ? " ↑" : " ↓"),
          text_of(entry.at("model").at("id")),
          text_of(entry.at("model").at("kind")),
          fixed_or(entry.at("value"), "not finite"),
          fixed_or(entry.at("stderr"), "N/A"),
          fixed_or(entry.at("mc_stderr"), "N/A"),
          interval_text(entry.at("interval")),
          text_of(entry.at("bound")),
          text_of(entry.at("estimator")),
          budget_text(entry),
          text_of(entry.at("cfg")),
          text_of(entry.at("task").at("documents")),
          text_of(entry.at("seed")),
          engine};
}

/// The best value of each task and metric first; values that are none last.
std::vector<Json> best_first(std::vector<Json> entries) {
  std::stable_sort(entries.begin(), entries.end(), [](const Json& a, const Json& b) {
    const auto group_a = text_of(a.at("task").at("name")) + '\x01' + metric_name(a);
    const auto group_b = text_of(b.at("task").at("name")) + '\x01' + metric_name(b);
    if (group_a != group_b) return group_a < group_b;
    if (!a.at("value").is_number() || !b.at("value").is_number())
      return a.at("value").is_number() && !b.at("value").is_number();
    const auto value_a = a.at("value").get<double>();
    const auto value_b = b.at("value").get<double>();
    return a.at("direction") == "higher" ? value_a > value_b : value_a < value_b;
  });
  return entries;
}

std::string markdown_of(const std::vector<Json>& entries) {
  using enum Align;
  const std::vector<Column> columns = {{.title = "Task"},
                                       {.title = "Metric"},
                                       {.title = "Model"},
                                       {.title = "Kind"},
                                       {.title = "Value", .align = right},
                                       {.title = "Stderr", .align = right},
                                       {.title = "MC stderr", .align = right},
                                       {.title = "95 % interval", .align = right},
                                       {.title = "Likelihood"},
                                       {.title = "Estimator"},
                                       {.title = "Budget"},
                                       {.title = "CFG", .align = right},
                                       {.title = "Docs", .align = right},
                                       {.title = "Seed", .align = right},
                                       {.title = "Engine"}};
  std::vector<std::vector<std::string>> rows;
  rows.reserve(entries.size());
  for (const Json& entry : best_first(entries)) rows.push_back(markdown_row(entry));
  return markdown_table(columns, rows);
}

std::vector<Json> entries_of(const Leaderboard& leaderboard, bool embedded) {
  std::vector<Json> entries;
  for (const Json& entry : leaderboard.entries) {
    if (is_embedded(entry) == embedded) entries.push_back(entry);
  }
  return entries;
}

/// A cell as RFC 4180 wants it.
std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted += '"';
}

/// Column names, and where in an entry their values stand.
struct CsvColumn {
  const char* name;
  const char* pointer;
};
constexpr CsvColumn kCsvColumns[] = {{.name = "task", .pointer = "/task/name"},
                                     {.name = "task_version", .pointer = "/task/version"},
                                     {.name = "metric", .pointer = "/metric/name"},
                                     {.name = "filter", .pointer = "/metric/filter"},
                                     {.name = "direction", .pointer = "/direction"},
                                     {.name = "value", .pointer = "/value"},
                                     {.name = "stderr", .pointer = "/stderr"},
                                     {.name = "mc_stderr", .pointer = "/mc_stderr"},
                                     {.name = "interval_low", .pointer = "/interval/0"},
                                     {.name = "interval_high", .pointer = "/interval/1"},
                                     {.name = "model", .pointer = "/model/id"},
                                     {.name = "kind", .pointer = "/model/kind"},
                                     {.name = "dtype", .pointer = "/model/dtype"},
                                     {.name = "rope_tables", .pointer = "/model/rope_tables"},
                                     {.name = "parameters", .pointer = "/model/parameters"},
                                     {.name = "weights_sha256", .pointer = "/model/weights_sha256"},
                                     {.name = "training_flops", .pointer = "/model/training_flops"},
                                     {.name = "bound", .pointer = "/bound"},
                                     {.name = "estimator", .pointer = "/estimator"},
                                     {.name = "budget", .pointer = "/budget"},
                                     {.name = "cfg", .pointer = "/cfg"},
                                     {.name = "cfg_second", .pointer = "/cfg_second"},
                                     {.name = "documents", .pointer = "/task/documents"},
                                     {.name = "data_sha256", .pointer = "/task/data_sha256"},
                                     {.name = "prompt_sha256", .pointer = "/task/prompt_sha256"},
                                     {.name = "rows", .pointer = "/rows"},
                                     {.name = "tokens", .pointer = "/tokens"},
                                     {.name = "forwards", .pointer = "/forwards"},
                                     {.name = "seconds", .pointer = "/seconds"},
                                     {.name = "seed", .pointer = "/seed"},
                                     {.name = "engine_version", .pointer = "/engine/version"},
                                     {.name = "git_revision", .pointer = "/engine/git_revision"},
                                     {.name = "libtorch", .pointer = "/engine/libtorch"},
                                     {.name = "device", .pointer = "/device"},
                                     {.name = "processor", .pointer = "/processor"},
                                     {.name = "command_line", .pointer = "/command_line"},
                                     {.name = "date", .pointer = "/date"},
                                     {.name = "samples_path", .pointer = "/samples/path"},
                                     {.name = "samples_sha256", .pointer = "/samples/sha256"}};

std::string csv_line(const Json& entry) {
  std::string line = is_embedded(entry) ? "embedded" : "benchmarks";
  for (const CsvColumn& column : kCsvColumns) {
    const Json::json_pointer at(column.pointer);
    line.append(",").append(csv_cell(entry.contains(at) ? text_of(entry.at(at)) : ""));
  }
  return line + "\n";
}

}  // namespace

bool is_embedded(const Json& entry) {
  return entry.at("embedded").get<bool>();
}

void merge_entries(std::span<const Json> entries, Leaderboard& leaderboard) {
  std::map<std::string, const Json*> known;
  for (const Json& entry : leaderboard.entries) known.emplace(entry_identity(entry), &entry);
  std::vector<Json> added;
  for (const Json& entry : entries) {
    const auto [place, is_new] = known.emplace(entry_identity(entry), &entry);
    if (is_new) {
      added.push_back(entry);
    } else if (const auto names = differing_results(*place->second, entry); !names.empty()) {
      throw Error(ErrorKind::results, "leaderboard: two entries of one measurement, " +
                                          text_of(entry.at("task").at("name")) + " " +
                                          metric_name(entry) + ", have other results (" + names +
                                          "): " + named(*place->second) + ", and " + named(entry));
    }
  }
  leaderboard.entries.insert(leaderboard.entries.end(), added.begin(), added.end());
  std::sort(leaderboard.entries.begin(), leaderboard.entries.end(),
            [](const Json& a, const Json& b) { return order_key(a) < order_key(b); });
}

std::string leaderboard_json(const Leaderboard& leaderboard) {
  const Json file = {{"schema", kLeaderboardSchema},
                     {"benchmarks", entries_of(leaderboard, false)},
                     {"embedded", entries_of(leaderboard, true)}};
  return file.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string leaderboard_markdown(const Leaderboard& leaderboard) {
  const auto benchmarks = entries_of(leaderboard, false);
  const auto embedded = entries_of(leaderboard, true);
  std::string text = "# Leaderboard\n";
  if (!benchmarks.empty()) text.append("\n").append(markdown_of(benchmarks));
  if (!embedded.empty()) {
    text.append(
        "\n## Embedded micro world\n\nInvented data in the benchmarks' forms: these numbers are "
        "not the benchmarks' and stand beside none of them.\n\n");
    text.append(markdown_of(embedded));
  }
  return text;
}

std::string leaderboard_csv(const Leaderboard& leaderboard) {
  std::string text = "table";
  for (const CsvColumn& column : kCsvColumns) text.append(",").append(column.name);
  text += '\n';
  for (const bool embedded : {false, true}) {
    for (const Json& entry : entries_of(leaderboard, embedded)) text += csv_line(entry);
  }
  return text;
}

}  // namespace smdm
