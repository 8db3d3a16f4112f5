/// `smdm-eval scaling plan`: trainings for a scaling law as a script of the shell, and which
/// further ones would narrow a gap's interval (docs/scaling.md).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "results/scaling/rates.hpp"

namespace CLI {
class App;
}

namespace smdm {

/// Options as given.
struct ScalingPlanSettings {
  std::vector<std::string> inputs;  ///< points that there are already
  std::vector<std::string> exclude;
  std::optional<double> loss;  ///< where the gap is to be narrowed
  // Limits.
  std::optional<double> hours;
  std::optional<double> total_flops;
  std::optional<double> flops_per_second;  ///< else it is measured
  // What is planned.
  std::string backend = "both";
  int budgets = 4;
  double budget_ratio = 3.0;
  int sizes = 5;
  double reach = 4.0;
  int seeds = 1;
  // What the trainings are given.
  std::vector<std::string> corpus;
  std::vector<std::string> validation;
  std::string tokenizer;
  std::int64_t vocabulary = 0;
  std::int64_t context = 128;
  std::int64_t batch_rows = 32;
  std::string rows = "stream";
  std::string mask_schedule = "bernoulli";
  std::string optimizer = "adamw";
  std::optional<double> learning_rate;
  std::optional<std::int64_t> reference_width;
  int threads = 0;
  // Outputs.
  std::optional<std::string> output;  ///< the script, "-" for standard output
  std::optional<std::string> runs;    ///< folder of the trainings
  bool json = false;
  std::vector<std::string> command;  ///< the arguments, for the record
};

/// What reading the files of a training gives.
struct CorpusCount {
  double rows = 0.0;
  double tokens = 0.0;
  double validation_tokens = 0.0;
  double seconds = 0.0;  ///< that reading took
};

/// The machine that the trainings will run on, as the program with LibTorch can ask it.
struct TrainingMachine {
  scaling::Rates::Measure rate;
  std::function<CorpusCount()> read;
};

/// Adds the subcommand. @return it, to ask whether it was chosen
CLI::App* add_scaling_plan(CLI::App& scaling, ScalingPlanSettings& settings);

/// @throws Error(usage)       for options that make no sense, by themselves or together
/// @throws Error(data)        if a corpus is no file
/// @throws Error(checkpoint)  if the tokenizer is no file
void check_scaling_plan(const ScalingPlanSettings& settings);

/// Whether the limit is in hours and the machine has to be asked how fast it is.
[[nodiscard]] bool is_rate_wanted(const ScalingPlanSettings& settings);

/// Plans, prints tables or JSON, and writes the script if there is to be one.
/// @param settings  checked
/// @param machine   null where no rate is wanted
/// @throws Error(usage)    if the limit is too small, with what is needed
/// @throws Error(data)     if points cannot be read or fitted
/// @throws Error(results)  if the script exists or cannot be written
void run_scaling_plan(const ScalingPlanSettings& settings, const TrainingMachine* machine);

/// run_scaling_plan() with rates measured here, on random tokens.
void run_measured_scaling_plan(const ScalingPlanSettings& settings);

}  // namespace smdm
