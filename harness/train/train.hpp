/// `smdm-eval train`: trains a checkpoint from JSON lines of text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace smdm {

/// Options as given.
struct TrainSettings {
  // Files.
  std::vector<std::string> corpus;
  std::vector<std::string> validation;
  std::string output;
  std::string tokenizer;
  bool resume = false;
  bool plot = false;
  std::string save_dtype = "f32";
  std::int64_t checkpoint_interval = 500;
  std::int64_t log_interval = 1;
  std::int64_t validation_interval = 500;
  // Model.
  std::string backend;
  std::optional<std::int64_t> model_size;
  std::optional<std::string> model_config;
  std::int64_t layers = 0;
  std::int64_t width = 0;
  std::int64_t heads = 0;
  std::int64_t groups = 0;
  std::int64_t intermediate = 0;
  std::int64_t context = 0;
  std::int64_t vocabulary = 0;
  std::optional<std::string> rope_tables;
  // Rows.
  std::string rows = "document";
  std::int64_t fill = 0;
  bool no_end = false;
  double random_length = 0.0;
  std::string random_length_of = "batch";
  // Loss and optimizer.
  std::string mask_schedule = "bernoulli";
  double mask_epsilon = 1e-3;
  std::string optimizer = "adamw";
  std::optional<double> learning_rate;
  double lowest_rate_share = 0.1;
  std::optional<std::int64_t> warm_up;
  double weight_decay = 0.1;
  double clip = 1.0;
  double beta_1 = 0.9;
  double beta_2 = 0.95;
  double momentum = 0.95;
  std::string dtype = "f32";
  // Length.
  std::optional<std::int64_t> stop_at;
  std::int64_t batch_rows = 64;
  std::int64_t tokens_per_forward = 16384;
  std::optional<std::int64_t> steps;
  std::optional<double> tokens;
  std::optional<double> flops;
  std::uint64_t seed = 0;
  int threads = 0;
};

/// Adds the subcommand. @return it, to ask whether it was chosen
CLI::App* add_train(CLI::App& app, TrainSettings& settings);

/// @throws Error(usage)  if a number lies outside of what its option takes, or not exactly one
/// budget is given
void check_train_settings(const TrainSettings& settings);

/// @throws Error(usage)  if a size is missing of a model that is neither of the family nor of a
/// file
void check_custom_sizes(const TrainSettings& settings);

/// @param settings  checked
/// @param command   as given, for the record
void run_train(const TrainSettings& settings, const std::vector<std::string>& command);

}  // namespace smdm
