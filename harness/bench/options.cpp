// The options of `smdm-eval bench`: how they are spelt. Without LibTorch, as all of the command
// line.
#include <CLI/CLI.hpp>

#include "harness/bench/bench.hpp"
#include "harness/cli/values.hpp"

namespace smdm {
namespace {

void add_study_options(CLI::App& bench, BenchSettings& settings) {
  auto& study = settings.study;
  bench.add_flag("--estimators", settings.estimators,
                 "Measure the likelihood estimators instead: errors against exact values, races");
  add_value(bench, "--task", study.tasks,
            "With --estimators: tasks (default: all of multiple choice); with --scale: likewise "
            "(default: zero-shot)")
      ->delimiter(',');
  add_value(
      bench, "--model", study.model,
      "With --estimators: checkpoint (default: embedded); with --scale: one whose weights are "
      "not read");
  add_value(bench, "--data", study.data, "With --estimators or --scale: root folder of the data");
  add_value(bench, "--cfg", study.cfg, "With --estimators: guidance");
  add_value(
      bench, "--limit", study.limit,
      "With --estimators: questions per task (default 20, all of --tables; 0 for --task-time: "
      "all); with --scale: likewise (default: all)");
  add_value(bench, "--longest", study.longest,
            "With --estimators: tokens of the longest target that is enumerated, at most "
            "20 (default 12); questions with longer ones are left out");
  add_value(bench, "--repeats", study.repeats, "With --estimators: seeds (default 20)");
  add_value(bench, "--racing-error", study.racing_error,
            "With --estimators: nominal rate at which a race eliminates the winner "
            "(default 0.01)");
  add_value(bench, "--figure", study.figure, "With --estimators: write error against rows as SVG");
  add_value(bench, "--json", study.json, "File for all figures as JSON; replaced");
  bench.add_flag("--rank", study.rank,
                 "With --estimators: how ranking scores and estimators rank answers beside the "
                 "likelihood, instead of errors and races");
  add_value(
      bench, "--tables", study.tables,
      "With --estimators: stored tables of losses (FILE.json and FILE.safetensors) instead of "
      "a model");
  bench.add_flag("--task-time", study.task_time,
                 "With --estimators: rows and time of whole tasks on random weights instead");
  add_value(bench, "--tokenizer", study.tokenizer,
            "With --task-time, or --scale without --model: SentencePiece model");
  add_value(bench, "--timed-questions", study.timed_questions,
            "With --task-time: questions that are computed for the rate; 0: none");
}

void add_scale_options(CLI::App& bench, BenchScaleSettings& scale) {
  auto* ranks =
      add_value(bench, "--scale", scale.ranks,
                "Simulate instead how --task would go on these numbers of ranks: \"1,8,64\"");
  ranks->delimiter(',');
  const auto add = [&](const std::string& name, auto& value, const std::string& help) {
    return add_value(bench, name, value, "With --scale: " + help)->needs(ranks);
  };
  add("--tokens-per-second", scale.tokens_per_second, "what one rank reads");
  add("--preset", scale.preset, "published settings, as of an evaluation (default: none)");
  bench
      .add_flag("--counted", scale.counted,
                "With --scale: count the tokens of every Item, minutes for many rows, instead of "
                "estimating them")
      ->needs(ranks);
  add("--start-seconds", scale.start_seconds, "until a rank loads the model (default 0)");
  add("--load-seconds", scale.load_seconds, "until it has (default 0)");
  add("--store-latency", scale.store_latency, "seconds of a round trip to the store (default 0)");
  add("--failures-per-hour", scale.failures_per_hour, "deaths of one rank (default 0)");
  add("--rank-timeout", scale.rank_timeout, "seconds until a death is noticed (default 15)");
  add("--seed", scale.seed, "of the failures (default 0)");
}

}  // namespace

CLI::App* add_bench(CLI::App& app, BenchSettings& settings) {
  auto* bench = app.add_subcommand(
      "bench", "Measure the speed of scoring against this machine's matrix multiplication peak");
  add_value(*bench, "--model-size", settings.model_size,
            "Published size in millions of parameters (random weights)");
  add_value(*bench, "--dtype", settings.dtypes, "Arithmetics to measure")
      ->delimiter(',')
      ->check(one_of({"f32", "bf16"}));
  add_value(*bench, "--backend", settings.backends, "Kinds of model to measure")
      ->delimiter(',')
      ->check(one_of({"mdm", "arm"}));
  add_value(*bench, "--seconds", settings.seconds, "Least time of one measurement");
  add_value(*bench, "--batch-size", settings.batch_size,
            "Rows per forward (default: as evaluation)");
  add_value(*bench, "--threads", settings.threads, "CPU threads (default: all cores)");
  add_value(*bench, "--device", settings.device, "auto, cpu, cuda or cuda:N");
  bench->add_flag("--train", settings.train, "Measure training of a small model instead");
  bench->add_flag("--generation", settings.generation,
                  "Measure steps of generation instead: decoding against the speed of memory, "
                  "denoising against the peak");
  add_value(*bench, "--reference", settings.reference,
            "With --train, also run this: \"python3 tools/train_reference.py\"; with --generation "
            "\"python3 tools/denoise_reference.py\"");
  add_study_options(*bench, settings);
  add_scale_options(*bench, settings.scale);
  return bench;
}

}  // namespace smdm
