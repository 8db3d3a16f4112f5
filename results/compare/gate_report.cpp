// A gate's verdict as a table and as JSON.
#include "results/compare/gate_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "base/text/numbers.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_parts.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

constexpr int kDigits = 4;
constexpr const char* kReplacement = "\xEF\xBF\xBD";

/// Bytes that a UTF-8 character with this first byte has; 0 if none begins so.
std::size_t length_of(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

/// The character of exactly these bytes; none where they are no UTF-8.
std::optional<char32_t> decoded(std::string_view bytes) {
  constexpr std::array<unsigned, 5> kLeadBits{0, 0x7F, 0x1F, 0x0F, 0x07};
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  char32_t character = static_cast<unsigned char>(bytes.front()) & kLeadBits[bytes.size()];
  for (const char next : bytes.substr(1)) {
    const auto byte = static_cast<unsigned char>(next);
    if ((byte & 0xC0U) != 0x80U) return std::nullopt;
    character = character << 6U | (byte & 0x3FU);
  }
  if (character < kSmallest[bytes.size()]) return std::nullopt;
  return character;
}

/// Char of XML 1.0's grammar.
bool xml_may_hold(char32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c < 0xD800 || (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

/// Bytes of the UTF-8 character at the front; 0 if there is none that XML may hold.
std::size_t xml_character(std::string_view text) {
  const std::size_t length = length_of(static_cast<unsigned char>(text.front()));
  if (length == 0 || length > text.size()) return 0;
  const auto character = decoded(text.substr(0, length));
  return character && xml_may_hold(*character) ? length : 0;
}

std::string escaped(std::string_view character) {
  if (character == "&") return "&amp;";
  if (character == "<") return "&lt;";
  if (character == ">") return "&gt;";
  if (character == "\"") return "&quot;";
  if (character == "'") return "&apos;";
  if (character == "\n") return "&#10;";
  if (character == "\r") return "&#13;";
  if (character == "\t") return "&#9;";
  return std::string(character);
}

std::string optional_text(const std::optional<double>& value) {
  return value ? fixed_text(*value, kDigits) : "";
}

std::vector<std::string> row_of(const GateMetric& metric) {
  return {metric.task,
          metric_key(metric.info),
          to_string(metric.rule),
          fixed_text(metric.baseline, kDigits),
          fixed_text(metric.value, kDigits),
          signed_text(metric.value - metric.baseline, kDigits),
          fixed_text(metric.limit, kDigits),
          optional_text(metric.p_value),
          optional_text(metric.corrected),
          metric.passed ? "pass" : "FAIL"};
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = xml_character(text);
    out += length == 0 ? kReplacement : escaped(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string failed_metrics(const GateReport& report) {
  std::string names;
  for (const GateMetric& metric : report.metrics) {
    if (metric.passed) continue;
    if (!names.empty()) names += "; ";
    names.append(metric.task).append(" ").append(metric_key(metric.info));
  }
  return names;
}

std::string gate_text(const GateReport& report) {
  using enum Align;
  const std::vector<Column> columns = {{.title = "Task"},
                                       {.title = "Metric"},
                                       {.title = "Rule"},
                                       {.title = "Baseline", .align = right},
                                       {.title = "Run", .align = right},
                                       {.title = "Change", .align = right},
                                       {.title = "Limit", .align = right},
                                       {.title = "p", .align = right},
                                       {.title = "p (Holm)", .align = right},
                                       {.title = ""}};
  std::vector<std::vector<std::string>> rows;
  std::string sentences;
  for (const GateMetric& metric : report.metrics) {
    rows.push_back(row_of(metric));
    if (metric.passed) continue;
    sentences.append("FAIL ").append(metric.task).append(" ").append(metric_key(metric.info));
    sentences.append(": ").append(metric.reason).append("\n");
  }
  return markdown_table(columns, rows) + (sentences.empty() ? "" : "\n" + sentences);
}

Json gate_json(const GateReport& report) {
  using layout::finite_or_null;
  using layout::or_null;
  Json metrics = Json::array();
  for (const GateMetric& metric : report.metrics) {
    metrics.push_back({{"task", metric.task},
                       {"metric", metric_key(metric.info)},
                       {"rule", to_string(metric.rule)},
                       {"baseline", finite_or_null(metric.baseline)},
                       {"value", finite_or_null(metric.value)},
                       {"drop", finite_or_null(metric.drop)},
                       {"limit", finite_or_null(metric.limit)},
                       {"p", or_null(metric.p_value)},
                       {"p_holm", or_null(metric.corrected)},
                       {"passed", metric.passed},
                       {"reason", metric.reason}});
  }
  return {{"schema", 1},
          {"passed", passed(report)},
          {"level", kGateLevel},
          {"metrics", metrics},
          {"warnings", report.warnings}};
}

}  // namespace smdm
