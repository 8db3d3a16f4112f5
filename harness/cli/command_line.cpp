// smdm-eval: evaluation is what it does without a subcommand; every other job is a subcommand with
// a file of its own. Nothing here needs LibTorch: jobs with a model are done by functions that the
// program brings.
#include "harness/cli/command_line.hpp"

#include <csignal>
#include <exception>
#include <iostream>
#include <stdexcept>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "harness/cli/compare.hpp"
#include "harness/cli/last_words.hpp"
#include "harness/cli/leaderboard.hpp"
#include "harness/cli/microworld.hpp"
#include "harness/cli/options.hpp"
#include "harness/cli/version.hpp"
#include "harness/jobs/jobs.hpp"

namespace smdm {
namespace {

/// The one job that the options name.
void evaluate(const Settings& settings, const ModelJobs& model_jobs) {
  const int jobs = static_cast<int>(settings.requests.has_value()) +
                   static_cast<int>(settings.prompts.has_value()) +
                   static_cast<int>(settings.rescore.has_value());
  if (jobs > 1)
    throw Error(ErrorKind::usage, "wanted one of --requests, --prompts and --rescore, got several");
  if (settings.list_tasks) return list_tasks();
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

/// @param arguments  without the program's own name
int run(std::span<const char* const> arguments, const ModelJobs& jobs) {
  CLI::App app("Evaluates masked diffusion language models against autoregressive ones.",
               "smdm-eval");
  app.set_version_flag("--version", std::string("smdm-eval ") + kVersion);
  app.footer(std::string("--cfg w means ") +
             "un + (w + 1) * (cond - un) on logits. Exit codes and file formats: docs/cli.md.");
  Settings settings;
  add_options(app, settings);
  BenchSettings bench;
  const auto* bench_command = add_bench(app, bench);
  TrainSettings training;
  const auto* train_command = add_train(app, training);
  MicroworldSettings microworld;
  const auto* microworld_command = add_microworld(app, microworld);
  CompareSettings comparison;
  const auto* compare_command = add_compare(app, comparison);
  LeaderboardSettings leaderboard;
  const auto* leaderboard_command = add_leaderboard(app, leaderboard);
  try {
    // CLI11 takes the last one first.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::Success& done) {
    return app.exit(done);  // --help, --version
  } catch (const CLI::Error& error) {
    throw Error(ErrorKind::usage, error.what());
  }
  refuse_unknown(app);
  if (bench_command->parsed()) {
    jobs.bench(bench);
  } else if (microworld_command->parsed()) {
    run_microworld(microworld);
  } else if (train_command->parsed()) {
    check_train_settings(training);
    jobs.train(training, {arguments.begin(), arguments.end()});
  } else if (compare_command->parsed()) {
    run_compare(comparison);
  } else if (leaderboard_command->parsed()) {
    run_leaderboard(leaderboard);
  } else {
    settings.arguments = {arguments.begin(), arguments.end()};
    evaluate(settings, jobs);
  }
  std::cout.flush();
  if (!std::cout) throw std::runtime_error("standard output cannot be written");
  return 0;
}

}  // namespace

int run_command_line(std::span<const char* const> arguments, const ModelJobs& jobs) {
  end_with_one_line();
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write, reported as one
  try {
    // Whoever starts a program may leave out even its name.
    return run(arguments.subspan(arguments.empty() ? 0 : 1), jobs);
  } catch (const std::exception& error) {
    std::cerr << error_line(error);
    return exit_code(error);
  }
}

}  // namespace smdm
