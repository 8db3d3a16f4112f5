// The subcommand: options to what a report is about, and its page to a file. The file is asked for
// first, so that nobody waits for a page that cannot be written.
#include "harness/cli/report.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/files/output.hpp"
#include "base/text/dates.hpp"
#include "base/text/visible.hpp"
#include "harness/cli/read_number.hpp"
#include "harness/cli/values.hpp"
#include "harness/cli/version.hpp"
#include "results/report/page.hpp"

namespace smdm {
namespace {

report::Documents documents_of(const std::string& text) {
  using enum report::Documents::Kind;
  if (text == "all") return {.kind = all};
  if (text == "wrong") return {.kind = wrong};
  if (text == "none") return {.kind = none};
  if (text.find_first_not_of("0123456789") != std::string::npos)
    throw Error(ErrorKind::usage, "--documents: wanted all, wrong, none or a number, got " + text);
  const auto count = read_number<std::uint32_t>("--documents", text);
  if (count == 0) return {.kind = none};
  return {.kind = first, .count = count};
}

/// "2026-11-30T04:00:00Z"
std::string date_now() {
  auto text = date_text(std::chrono::system_clock::now(), TimeZone::utc);
  std::replace(text.begin() + static_cast<std::ptrdiff_t>(text.find('T')), text.end(), '-', ':');
  return text + "Z";
}

report::Settings report_settings(const ReportSettings& settings) {
  report::Settings wanted{.runs = {settings.runs.begin(), settings.runs.end()},
                          .title = settings.title,
                          .documents = documents_of(settings.documents),
                          .texts = {},
                          .scaling = settings.scaling,
                          .tradeoff = settings.tradeoff};
  if (settings.texts) wanted.texts = *settings.texts == "on";
  return wanted;
}

}  // namespace

CLI::App* add_report(CLI::App& app, ReportSettings& settings) {
  auto* command = app.add_subcommand("report", "Show stored runs as one page of HTML");
  add_value(*command, "RUN", settings.runs, "Results files or run folders, complete or still going")
      ->required();
  add_value(*command, "--output,-o", settings.output, "New file: the page")->required();
  command->add_flag("--replace", settings.replace, "The file may exist");
  add_value(*command, "--documents", settings.documents,
            "all (default), wrong (of some run), the first N of each task, or none");
  add_value(*command, "--texts", settings.texts,
            "on or off: prompts, choices and generations (default: on for the embedded world "
            "alone)")
      ->check(one_of({"on", "off"}));
  add_value(*command, "--scaling", settings.scaling, "fit.json of scaling fit, to be shown too");
  add_value(*command, "--tradeoff", settings.tradeoff,
            "tradeoff_<date>.json of tradeoff, to be shown too");
  add_value(*command, "--title", settings.title, "Title of the page (default: names the runs)");
  return command;
}

void run_report(const ReportSettings& settings) {
  if (settings.output == "-")
    throw Error(ErrorKind::usage, "--output: wanted a file, got standard output");
  const auto wanted = report_settings(settings);
  OutputFile file(settings.output, settings.replace ? Existing::replace : Existing::keep);
  const auto report = report::read_report(wanted, std::string("smdm-eval ") + kVersion, date_now());
  const auto page = report::page_of(report);
  file.write(page);
  file.finish();
  constexpr double kMegabyte = 1e6;
  std::cerr << "wrote " << visible(settings.output) << ": " << report.runs.size() << " run(s), "
            << report.tasks.size() << " task(s), " << static_cast<double>(page.size()) / kMegabyte
            << " MB" << (report.texts ? ", with texts" : ", without texts") << "\n";
}

}  // namespace smdm
