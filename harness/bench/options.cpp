// The options of `smdm-eval bench`: how they are spelt. Without LibTorch, as all of the command
// line.
#include <CLI/CLI.hpp>

#include "harness/bench/bench.hpp"

namespace smdm {
namespace {

void add_study_options(CLI::App& bench, BenchSettings& settings) {
  auto& study = settings.study;
  bench.add_flag("--estimators", settings.estimators,
                 "Measure the likelihood estimators instead: errors against exact values, races");
  bench
      .add_option("--task", study.tasks,
                  "With --estimators: tasks (default: all of multiple choice)")
      ->delimiter(',');
  bench.add_option("--model", study.model, "With --estimators: checkpoint (default: embedded)");
  bench.add_option("--data", study.data, "With --estimators: root folder of the data");
  bench.add_option("--cfg", study.cfg, "With --estimators: guidance");
  bench.add_option("--limit", study.limit,
                   "With --estimators: questions per task (default 20; 0 for --task-time: all)");
  bench.add_option("--longest", study.longest,
                   "With --estimators: tokens of the longest target that is enumerated, at most "
                   "20 (default 12); questions with longer ones are left out");
  bench.add_option("--repeats", study.repeats, "With --estimators: seeds (default 20)");
  bench.add_option("--racing-error", study.racing_error,
                   "With --estimators: bound on the chance that a race eliminates the winner "
                   "(default 0.01)");
  bench.add_option("--figure", study.figure, "With --estimators: write error against rows as SVG");
  bench.add_option("--json", study.json, "With --estimators: write all figures as JSON");
  bench.add_flag("--task-time", study.task_time,
                 "With --estimators: rows and time of whole tasks on random weights instead");
  bench.add_option("--tokenizer", study.tokenizer, "With --task-time: SentencePiece model");
  bench.add_option("--timed-questions", study.timed_questions,
                   "With --task-time: questions that are computed for the rate; 0: none");
}

}  // namespace

CLI::App* add_bench(CLI::App& app, BenchSettings& settings) {
  auto* bench = app.add_subcommand(
      "bench", "Measure the speed of scoring against this machine's matrix multiplication peak");
  bench->add_option("--model-size", settings.model_size,
                    "Published size in millions of parameters (random weights)");
  bench->add_option("--dtype", settings.dtypes, "Arithmetics to measure")
      ->delimiter(',')
      ->check(CLI::IsMember({"f32", "bf16"}));
  bench->add_option("--backend", settings.backends, "Kinds of model to measure")
      ->delimiter(',')
      ->check(CLI::IsMember({"mdm", "arm"}));
  bench->add_option("--seconds", settings.seconds, "Least time of one measurement");
  bench->add_option("--batch-size", settings.batch_size,
                    "Rows per forward (default: as evaluation)");
  bench->add_option("--threads", settings.threads, "CPU threads (default: all cores)");
  bench->add_option("--device", settings.device, "auto, cpu, cuda or cuda:N");
  bench->add_flag("--train", settings.train, "Measure training of a small model instead");
  bench->add_option("--reference", settings.reference,
                    "With --train, also run this: \"python3 tools/train_reference.py\"");
  add_study_options(*bench, settings);
  return bench;
}

}  // namespace smdm
