// The page in the order of its file: head with the policy, sections that need no script, the
// numbers as JSON, packed documents, scripts. The policy allows the scripts that are written here
// and nothing else: no request can leave the page.
#include "results/report/page.hpp"

#include <array>

#include "base/files/digest.hpp"
#include "base/text/base64.hpp"
#include "results/report/assets.hpp"
#include "results/report/chunks.hpp"
#include "results/report/data.hpp"
#include "results/report/html.hpp"
#include "results/report/sections.hpp"

namespace smdm::report {
namespace {

std::string policy() {
  std::string sources;
  for (const char* script : {kD3Script, kPlotScript, kReportScript})
    sources += " " + script_source(script);
  return "default-src 'none'; script-src" + sources +
         "; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
}

Html head_of(const Report& report) {
  Html head;
  head << void_tag("meta", {{"charset", "utf-8"}})
       << void_tag("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", policy()}})
       << void_tag("meta",
                   {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}})
       << void_tag("meta", {{"name", "color-scheme"}, {"content", "light dark"}})
       << void_tag("meta", {{"name", "generator"}, {"content", report.program}})
       << tag("title", {}, report.title) << tag("style", {}, Html::trusted(kReportStyle));
  return tag("head", {}, head);
}

Html navigation() {
  constexpr std::array<std::pair<const char*, const char*>, 5> kSections = {
      {{"overview", "Overview"},
       {"comparisons", "Comparisons"},
       {"pictures", "Pictures"},
       {"documents", "Documents"},
       {"recipe", "Recipe"}}};
  Html items;
  for (const auto& [id, title] : kSections)
    items << tag("li", {}, tag("a", {{"href", std::string("#") + id}}, title));
  return tag("nav", {{"aria-label", "Sections"}}, tag("ul", {}, items));
}

Html header_of(const Report& report) {
  Html header;
  header << tag("h1", {}, run_text("span", report.title))
         << tag("p", {{"class", "made"}},
                "Made " + report.made + " by " + report.program + " report");
  if (report.texts) header << tag("p", {{"class", "canary"}}, kCanary);
  header << tag("noscript", {},
                tag("p", {{"class", "note"}},
                    "Without JavaScript, this page shows all tables and the first documents of "
                    "each task. Pictures, sorting, filtering, search, steps of generations and all "
                    "other documents need it."));
  return tag("header", {}, header);
}

Html json_block(const Attributes& more, const Json& json) {
  Attributes attributes = {{"type", "application/json"}};
  attributes.insert(attributes.end(), more.begin(), more.end());
  return tag("script", attributes, Html::trusted(script_json(json)));
}

Html chunks_blocks(const Report& report) {
  Html blocks;
  std::size_t number = 0;
  for (const auto& task : report.tasks) {
    for (const auto& chunk : chunks_of(report, task)) {
      blocks << json_block({{"class", "chunk"},
                            {"id", "chunk-" + std::to_string(number)},
                            {"data-task", chunk.task},
                            {"data-first", std::to_string(chunk.first)},
                            {"data-last", std::to_string(chunk.last)},
                            {"data-count", std::to_string(chunk.count)},
                            {"data-bytes", std::to_string(chunk.bytes)}},
                           chunk.packed);
      ++number;
    }
  }
  return blocks;
}

Html body_of(const Report& report) {
  const auto results = metric_results(report);
  const auto pictures = pictures_of(report, results);
  Html sections;
  sections << overview_section(report, results) << comparisons_section(report)
           << pictures_section(pictures) << documents_section(report) << recipe_section(report);
  Html body;
  body << tag("a", {{"class", "skip"}, {"href", "#overview"}}, "To the results")
       << header_of(report) << navigation() << tag("main", {}, sections)
       << json_block({{"id", "report-data"}}, page_data(report, results, pictures))
       << chunks_blocks(report);
  for (const char* script : {kD3Script, kPlotScript})
    body << tag("script", {}, Html::trusted(script));
  // A module keeps its names to itself.
  body << tag("script", {{"type", "module"}}, Html::trusted(kReportScript));
  return tag("body", {}, body);
}

/// Hexadecimal digits as the bytes they write.
std::string bytes_of(std::string_view digits) {
  const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
  std::string bytes;
  for (std::size_t at = 0; at + 1 < digits.size(); at += 2)
    bytes += static_cast<char>(value(digits[at]) * 16 + value(digits[at + 1]));
  return bytes;
}

}  // namespace

std::string script_source(std::string_view script) {
  return "'sha256-" + base64(bytes_of(sha256(script))) + "'";
}

std::string page_of(const Report& report) {
  Html html;
  html << head_of(report) << body_of(report);
  return "<!doctype html>\n" + tag("html", {{"lang", "en"}}, html).markup() + "\n";
}

}  // namespace smdm::report
