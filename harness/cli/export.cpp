// Runs are read and told apart before anything is written, and exported one by one: files of one
// run appear together, and those that are there already stay as they are.
#include "harness/cli/export.hpp"

#include <iostream>

#include <CLI/CLI.hpp>

#include "base/text/visible.hpp"
#include "harness/cli/values.hpp"
#include "results/export/run_files.hpp"

namespace smdm {
namespace {

RunExportSettings with_texts(const ExportSettings& settings) {
  auto files = settings.files;
  if (settings.texts) files.texts = *settings.texts == "on";
  return files;
}

void add_collection_options(CLI::App& command, RunExportSettings& files) {
  constexpr const char* kGroup = "Of every-eval-ever";
  const auto add = [&](const char* name, auto& value, const char* help) {
    return add_value(command, name, value, help)->group(kGroup);
  };
  add("--collection", files.collection, "Name of the collection (default: smdm-eval)");
  add("--developer", files.developer,
      "Who made the models (default: local; smdm-eval of embedded ones)");
  add("--organization", files.organization, "Who evaluated them (default: not named)");
  add("--relationship", files.relationship,
      "Of the evaluator to the developer: first_party, third_party, collaborative or other "
      "(default)")
      ->check(one_of({"first_party", "third_party", "collaborative", "other"}));
  add("--availability", files.availability,
      "Of the weights: open_weights, closed_weights or unknown (default; open_weights of embedded "
      "ones)")
      ->check(one_of({"open_weights", "closed_weights", "unknown"}));
}

}  // namespace

CLI::App* add_export(CLI::App& app, ExportSettings& settings) {
  auto* command = app.add_subcommand("export", "Write stored runs as files of other programs");
  add_value(*command, "RUN", settings.runs, "Results files or run folders")->required();
  add_value(*command, "--to", settings.format, "Format: every-eval-ever or lm-eval")
      ->required()
      ->check(one_of(run_format_names()));
  add_value(*command, "--output,-o", settings.output, "Folder of the export")->required();
  add_value(*command, "--texts", settings.texts,
            "Texts of documents and answers: on, or off: digests in their place, of lm-eval no "
            "samples at all (default: off for every-eval-ever, on for lm-eval)")
      ->check(one_of({"on", "off"}));
  add_collection_options(*command, settings.files);
  return command;
}

void run_export(const ExportSettings& settings) {
  std::vector<Facts> runs;
  runs.reserve(settings.runs.size());
  for (const auto& run : settings.runs) runs.push_back(read_facts(run));
  refuse_repeated_runs(runs, "export");
  RunExport all;
  for (const auto& run : runs) {
    const auto one = export_run(run, settings.format, with_texts(settings), settings.output);
    all.written += one.written;
    all.known += one.known;
  }
  std::cerr << settings.format << " in " << visible(settings.output) << ": " << all.written
            << " file(s) written, " << all.known << " there already\n";
}

}  // namespace smdm
