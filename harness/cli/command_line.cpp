// smdm-eval: evaluation is what it does without a subcommand; every other job is a subcommand with
// a file of its own. Nothing here needs LibTorch: jobs with a model are done by functions that the
// program brings.
#include "harness/cli/command_line.hpp"

#include <exception>
#include <functional>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/files/signals.hpp"
#include "base/text/visible.hpp"
#include "harness/cli/cache.hpp"
#include "harness/cli/compare.hpp"
#include "harness/cli/completions.hpp"
#include "harness/cli/export.hpp"
#include "harness/cli/judge.hpp"
#include "harness/cli/last_words.hpp"
#include "harness/cli/leaderboard.hpp"
#include "harness/cli/microworld.hpp"
#include "harness/cli/options.hpp"
#include "harness/cli/report.hpp"
#include "harness/cli/runs.hpp"
#include "harness/cli/scaling.hpp"
#include "harness/cli/version.hpp"
#include "harness/jobs/jobs.hpp"
#include "harness/settings/refuse.hpp"

namespace smdm {
namespace {

/// A trace is a file beside the answers.
void check_trace(const Settings& settings) {
  if (!settings.trace) return;
  if (settings.requests || settings.rescore)
    refuse("--trace", "--task or --prompts", settings.requests ? "--requests" : "--rescore");
  if (*settings.trace == "-") refuse("--trace", "a file", "-");
  if (settings.prompts && settings.output == settings.trace)
    refuse("--trace", "another file than --output", *settings.trace);
}

/// The one job that the options name.
void evaluate(const Settings& settings, const ModelJobs& model_jobs) {
  const int jobs = static_cast<int>(settings.requests.has_value()) +
                   static_cast<int>(settings.prompts.has_value()) +
                   static_cast<int>(settings.rescore.has_value());
  if (jobs > 1)
    throw Error(ErrorKind::usage, "wanted one of --requests, --prompts and --rescore, got several");
  check_trace(settings);
  if (settings.json && (jobs > 0 || (settings.tasks.empty() && !settings.list_tasks)))
    refuse("--json", "--task or --list-tasks", "none of them");
  if (settings.list_tasks) return list_tasks(settings.json);
  if (settings.rescore) return rescore(settings);
  if (jobs == 1 && !settings.tasks.empty())
    throw Error(ErrorKind::usage, "--task does not go with --requests or --prompts");
  if (settings.requests) return model_jobs.requests(settings);
  if (settings.prompts) return model_jobs.prompts(settings);
  if (!settings.tasks.empty()) return model_jobs.tasks(settings);
  throw Error(ErrorKind::usage,
              "nothing to do: wanted --task, --requests, --prompts, --rescore, --list-tasks or a "
              "subcommand; see --help");
}

/// An error of CLI11's in our words, as far as options with values can have it.
std::string words_of(const CLI::Error& error) {
  std::string text = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
    return text.substr(0, text.find(':')) + ": wanted a value, got none";
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr)
    return text + "; wanted true or false";  // of a flag
  return text;
}

/// @return false  if all is done: help or the version was asked for, and is printed
bool parse(CLI::App& app, std::span<const char* const> arguments) {
  check_arguments(app, arguments);
  try {
    // CLI11 takes the last one first.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::Success& done) {
    app.exit(done);
    return false;
  } catch (const CLI::Error& error) {
    refuse_unknown(app);  // a wrong name is why something is missing, more often than not
    throw Error(ErrorKind::usage, words_of(error));
  }
  refuse_unknown(app);
  refuse_unused(app);
  return true;
}

/// For somebody who types the program's name to see what it does.
void show_examples() {
  std::cerr << "Evaluates masked diffusion language models against autoregressive ones.\n\n"
               "  smdm-eval --task hellaswag --limit 20\n"
               "      a benchmark's form on the checkpoint and the data that come along\n"
               "  smdm-eval --task piqa,arc_easy --model DIR --data DIR --output runs/mine\n"
               "      a checkpoint of your own on the benchmarks\n"
               "  smdm-eval compare runs/mine runs/theirs\n"
               "      two stored runs against each other\n\n"
               "All options: smdm-eval --help, and of a subcommand: smdm-eval compare --help.\n"
               "Tasks: smdm-eval --list-tasks. Manual: docs/cli.md.\n\n";
}

/// What every subcommand reads its options into.
struct AllSettings {
  Settings evaluation;
  std::optional<std::string> config;
  BenchSettings bench;
  DescribeSettings description;
  TrainSettings training;
  MicroworldSettings microworld;
  CompareSettings comparison;
  LeaderboardSettings leaderboard;
  RunsSettings runs;
  ExportSettings exported;
  TradeoffSettings tradeoff;
  ScalingSettings scaling;
  ReportSettings report;
  CacheSettings cache;
  JudgeSettings judge;
  CompletionsSettings completions;
};

/// A subcommand, and what it does once its options are read.
struct Subcommand {
  const CLI::App* command = nullptr;
  std::function<void()> run;
};

void add(std::vector<Subcommand>& added, const CLI::App* command, std::function<void()> run) {
  added.push_back({.command = command, .run = std::move(run)});
}

/// Adds those that need a model, or a library of its own: the program brings what they do.
void add_model_subcommands(CLI::App& app,
                           AllSettings& all,
                           const ModelJobs& jobs,
                           const std::vector<std::string>& arguments,
                           std::vector<Subcommand>& added) {
  add(added, add_bench(app, all.bench), [&] { jobs.bench(all.bench); });
  add(added, add_describe(app, all.description), [&] { jobs.describe(all.description); });
  add(added, add_train(app, all.training), [&] {
    check_train_settings(all.training);
    jobs.train(all.training, arguments);
  });
  add(added, add_tradeoff(app, all.tradeoff), [&] {
    all.tradeoff.settings.arguments = arguments;
    jobs.tradeoff(all.tradeoff);
  });
  add(added, add_scaling(app, all.scaling),
      [&] { run_scaling(all.scaling, arguments, jobs.scaling_plan); });
  add(added, add_judge(app, all.judge), [&] { jobs.judge(all.judge); });
}

/// Adds the others.
void add_subcommands(CLI::App& app, AllSettings& all, std::vector<Subcommand>& added) {
  add(added, add_microworld(app, all.microworld), [&] { run_microworld(all.microworld); });
  add(added, add_compare(app, all.comparison), [&] { run_compare(all.comparison); });
  add(added, add_leaderboard(app, all.leaderboard), [&] { run_leaderboard(all.leaderboard); });
  add(added, add_runs(app, all.runs), [&] { run_runs(all.runs); });
  add(added, add_export(app, all.exported), [&] { run_export(all.exported); });
  add(added, add_report(app, all.report), [&] { run_report(all.report); });
  add(added, add_cache(app, all.cache), [&] { run_cache(all.cache); });
  add(added, add_completions(app, all.completions), [&] { run_completions(app, all.completions); });
}

/// @param arguments  without the program's own name
void run(std::span<const char* const> arguments, const ModelJobs& jobs) {
  CLI::App app("Evaluates masked diffusion language models against autoregressive ones.",
               "smdm-eval");
  app.set_version_flag("--version", std::string("smdm-eval ") + kVersion);
  app.footer(std::string("--cfg w means ") +
             "un + (w + 1) * (cond - un) on logits. Exit codes and file formats: docs/cli.md.");
  const std::vector<std::string> command(arguments.begin(), arguments.end());
  AllSettings all;
  add_config(app, all.config);
  add_options(app, all.evaluation);
  std::vector<Subcommand> subcommands;
  add_model_subcommands(app, all, jobs, command, subcommands);
  add_subcommands(app, all, subcommands);
  if (arguments.empty()) show_examples();
  if (!parse(app, arguments)) return;
  for (const auto& subcommand : subcommands) {
    if (subcommand.command->parsed()) return subcommand.run();
  }
  if (all.config) read_config(app, *all.config, all.evaluation);
  all.evaluation.arguments = command;
  evaluate(all.evaluation, jobs);
}

/// Whether something that was printed did not reach standard output, as on a full disk.
bool is_output_lost() {
  std::cout.flush();
  return !std::cout;
}

}  // namespace

int run_command_line(std::span<const char* const> arguments, const ModelJobs& jobs) {
  end_with_one_line();
  handle_signals();
  int code = 0;
  try {
    // Whoever starts a program may leave out even its name.
    run(arguments.subspan(arguments.empty() ? 0 : 1), jobs);
  } catch (const Stopped& stopped) {
    std::cout.flush();
    std::cerr << visible(stopped.what()) << "\n" << std::flush;
    end_by(stopped.signal());
  } catch (const std::exception& error) {
    std::cerr << error_line(error);
    code = exit_code(error);
  }
  if (code != 0 || !is_output_lost()) return code;  // an error is one line
  std::cerr << error_line(std::runtime_error("standard output cannot be written"));
  return static_cast<int>(ErrorKind::failure);
}

}  // namespace smdm
