// Three things under one subcommand, by its options: two runs against each other, runs made into a
// baseline, and a run against a baseline. Files are read as facts, compared by results/compare, and
// printed.
#include "harness/cli/compare.hpp"

#include <chrono>
#include <filesystem>
#include <iostream>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/files/json_lines.hpp"
#include "base/files/output.hpp"
#include "base/text/visible.hpp"
#include "harness/cli/print_json.hpp"
#include "harness/cli/values.hpp"
#include "results/compare/baseline.hpp"
#include "results/compare/comparison.hpp"
#include "results/compare/comparison_report.hpp"
#include "results/compare/gate.hpp"
#include "results/compare/gate_report.hpp"
#include "results/export/list.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

void print_warnings(const std::vector<std::string>& warnings) {
  for (const auto& warning : warnings) std::cerr << "warning: " << visible(warning) << "\n";
}

std::string names_of(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void compare(const CompareSettings& settings) {
  if (settings.runs.size() != 2) {
    throw Error(ErrorKind::usage,
                "compare: wanted two runs, got " + std::to_string(settings.runs.size()));
  }
  if (settings.changed == "-")
    throw Error(ErrorKind::usage, "--changed: wanted a file, got standard output");
  std::optional<JsonLinesWriter> changed;
  if (settings.changed) changed.emplace(*settings.changed);
  const auto a = read_facts(settings.runs[0]);
  const auto b = read_facts(settings.runs[1]);
  const auto comparison = compare_runs(a, b);
  print_warnings(comparison.warnings);
  for (const auto& [names, run] : {std::pair(&comparison.only_a, &comparison.a),
                                   std::pair(&comparison.only_b, &comparison.b)}) {
    if (!names->empty())
      std::cerr << "warning: only in " << visible(*run)
                << ", not compared: " << visible(names_of(*names)) << "\n";
  }
  if (settings.json) {
    print_json(comparison_json(comparison));
  } else {
    std::cout << comparison_text(comparison);
  }
  if (!changed) return;
  for (const auto& line : changed_documents(comparison)) changed->write(line);
  changed->finish();
}

void make_baseline_file(const CompareSettings& settings, const fs::path& path) {
  const auto existing = settings.replace ? Existing::replace : Existing::keep;
  std::vector<Facts> runs;
  runs.reserve(settings.runs.size());
  for (const auto& run : settings.runs) runs.push_back(read_facts(run));
  const auto baseline = make_baseline(runs);
  write_output(path, baseline_text(baseline), existing);
  std::cerr << "wrote " << visible(path.string()) << ": " << baseline.tasks.size() << " task(s), "
            << runs.size() << " repeat(s)\n";
}

/// The verdict, or why there is none, as the JUnit file that was asked for: no older one may stand
/// for it.
GateReport report_of(const CompareSettings& settings, const fs::path& gate) {
  const auto& name = settings.runs.front();
  const auto write = [&](const std::string& xml) {
    if (settings.junit) write_output(*settings.junit, xml, Existing::replace);
  };
  const auto begin = std::chrono::steady_clock::now();
  GateReport report;
  try {
    const auto baseline = read_baseline(gate);
    report = judge(baseline, read_facts(name));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::results) throw;
    write(gate_junit({.suite = name, .outcome = error.what()}));
    throw;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  write(gate_junit({.suite = name, .outcome = report, .seconds = seconds.count()}));
  return report;
}

void gate(const CompareSettings& settings, const fs::path& baseline) {
  if (settings.runs.size() != 1) {
    throw Error(ErrorKind::usage, "--gate: wanted one run beside the baseline, got " +
                                      std::to_string(settings.runs.size()));
  }
  const auto report = report_of(settings, baseline);
  print_warnings(report.warnings);
  if (settings.json) {
    print_json(gate_json(report));
  } else {
    std::cout << gate_text(report);
  }
  if (!passed(report)) throw Error(ErrorKind::gate, "the gate failed: " + failed_metrics(report));
}

}  // namespace

CLI::App* add_compare(CLI::App& app, CompareSettings& settings) {
  auto* command = app.add_subcommand(
      "compare", "Compare two stored runs over the same documents, or one with a baseline");
  add_value(*command, "RUN", settings.runs, "Results files or run folders")->required();
  auto* json = add_json_flag(*command, settings.json);
  auto* changed = add_value(*command, "--changed", settings.changed,
                            "New file: documents that changed side, as JSON lines");
  auto* gate = add_value(*command, "--gate", settings.gate,
                         "Baseline file: exit code 8 if the run is worse than it");
  auto* junit = add_value(*command, "--junit", settings.junit,
                          "File for the gate's verdict as JUnit XML; replaced");
  auto* make = add_value(*command, "--make-baseline", settings.make_baseline,
                         "New file: a baseline of the runs, repeats over seeds");
  auto* replace =
      command->add_flag("--replace", settings.replace, "With --make-baseline: the file may exist");
  junit->needs(gate);
  replace->needs(make);
  gate->excludes(changed)->excludes(make);
  make->excludes(changed)->excludes(json);
  return command;
}

void run_compare(const CompareSettings& settings) {
  if (const auto& path = settings.make_baseline) return make_baseline_file(settings, *path);
  if (const auto& baseline = settings.gate) return gate(settings, *baseline);
  compare(settings);
}

}  // namespace smdm
