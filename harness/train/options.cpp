// The options of `smdm-eval train`: how they are spelt and which numbers they take.
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/text/numbers.hpp"
#include "harness/train/train.hpp"

namespace smdm {
namespace {

void add_file_options(CLI::App& app, TrainSettings& s) {
  const auto* group = "Files";
  app.add_option("--corpus", s.corpus, "JSON lines: {\"text\"} or {\"prompt\", \"answer\"}")
      ->required()
      ->delimiter(',')
      ->group(group);
  app.add_option("--validation", s.validation, "JSON lines that are not trained on")
      ->delimiter(',')
      ->group(group);
  app.add_option("--output,-o", s.output, "Folder for the checkpoint")->required()->group(group);
  app.add_option("--tokenizer", s.tokenizer, "SentencePiece model")->group(group);
  app.add_flag("--resume", s.resume, "Go on from the state in --output, if there is one")
      ->group(group);
  app.add_flag("--plot", s.plot, "Also write loss.svg")->group(group);
  app.add_option("--save-dtype", s.save_dtype, "Element type of model.safetensors (default f32)")
      ->check(CLI::IsMember({"f32", "bf16"}))
      ->group(group);
  app.add_option("--checkpoint-interval", s.checkpoint_interval, "Steps (default 500)")
      ->group(group);
  app.add_option("--log-interval", s.log_interval, "Steps (default 1)")->group(group);
  app.add_option("--validation-interval", s.validation_interval, "Steps (default 500)")
      ->group(group);
}

void add_model_options(CLI::App& app, TrainSettings& s) {
  const auto* group = "Model: --model-size, --model-config, or sizes";
  app.add_option("--backend", s.backend, "mdm (default) or arm")
      ->check(CLI::IsMember({"mdm", "arm"}))
      ->group(group);
  app.add_option("--model-size", s.model_size, "Published size in millions of parameters")
      ->group(group);
  app.add_option("--model-config", s.model_config, "A config.json")->group(group);
  app.add_option("--layers", s.layers)->group(group);
  app.add_option("--width", s.width, "Of the residual stream")->group(group);
  app.add_option("--heads", s.heads)->group(group);
  app.add_option("--key-heads", s.groups, "Default: --heads")->group(group);
  app.add_option("--intermediate", s.intermediate, "Default: 4 times --width")->group(group);
  app.add_option("--context", s.context, "Longest sequence in tokens")->group(group);
  app.add_option("--vocabulary", s.vocabulary,
                 "Rows of the head; default: the tokenizer's pieces, up to a multiple of 16")
      ->group(group);
  app.add_option("--rope-tables", s.rope_tables, "bf16 (default) or f32")
      ->check(CLI::IsMember({"bf16", "f32"}))
      ->group(group);
}

void add_row_options(CLI::App& app, TrainSettings& s) {
  const auto* group = "Rows and loss";
  app.add_option("--rows", s.rows,
                 "document (default): a row per line; stream: texts end to end, cut to the context")
      ->check(CLI::IsMember({"document", "stream"}))
      ->group(group);
  app.add_option("--fill", s.fill, "Fill rows with end-of-text tokens up to this length")
      ->group(group);
  app.add_flag("--no-end", s.no_end, "No end-of-text token behind a text or answer")->group(group);
  app.add_option("--random-length", s.random_length,
                 "Share of batches that are cut to a random length (default 0)")
      ->check(CLI::Range(0.0, 1.0))
      ->group(group);
  app.add_option("--random-length-of", s.random_length_of, "batch (default), or row by row")
      ->check(CLI::IsMember({"batch", "row"}))
      ->group(group);
  app.add_option("--mask-schedule", s.mask_schedule,
                 "bernoulli (default, the paper's), or exact: so many tokens, less noise")
      ->check(CLI::IsMember({"bernoulli", "exact"}))
      ->group(group);
  app.add_option("--mask-epsilon", s.mask_epsilon, "Least probability of a mask (default 1e-3)")
      ->check(CLI::Range(1e-9, 1.0))
      ->group(group);
}

void add_optimizer_options(CLI::App& app, TrainSettings& s) {
  const auto* group = "Optimizer";
  app.add_option("--optimizer", s.optimizer, "adamw (default), or muon for hidden matrices")
      ->check(CLI::IsMember({"adamw", "muon"}))
      ->group(group);
  app.add_option("--learning-rate,--lr", s.learning_rate, "Default 2e-4, with muon 5e-3")
      ->group(group);
  app.add_option("--lowest-rate-share", s.lowest_rate_share,
                 "Learning rate at the end, as a share of the highest (default 0.1)")
      ->check(CLI::Range(0.0, 1.0))
      ->group(group);
  app.add_option("--warm-up", s.warm_up, "Steps; default: 1 % of all")->group(group);
  app.add_option("--weight-decay", s.weight_decay, "Default 0.1")->group(group);
  app.add_option("--clip", s.clip, "Largest norm of the gradient (default 1; 0: any)")
      ->group(group);
  app.add_option("--beta-1", s.beta_1, "Default 0.9")->group(group);
  app.add_option("--beta-2", s.beta_2, "Default 0.95")->group(group);
  app.add_option("--momentum", s.momentum, "Of muon (default 0.95)")->group(group);
  app.add_option("--dtype", s.dtype, "f32 (default), or bf16: autocast")
      ->check(CLI::IsMember({"f32", "bf16"}))
      ->group(group);
}

void add_length_options(CLI::App& app, TrainSettings& s) {
  const auto* group = "Length";
  app.add_option("--batch-rows", s.batch_rows, "Rows per step (default 64)")->group(group);
  app.add_option("--tokens-per-forward", s.tokens_per_forward,
                 "A step is computed in parts of so many tokens, whose gradients add up")
      ->group(group);
  app.add_option("--steps", s.steps)->group(group);
  app.add_option("--tokens", s.tokens, "Budget in tokens")->group(group);
  app.add_option("--flops", s.flops, "Budget: 6 N D, N without embedding and head")->group(group);
  app.add_option("--stop-at", s.stop_at,
                 "Stop behind this step; --resume goes on. The schedule is that of the whole")
      ->group(group);
  app.add_option("--seed", s.seed, "Of every draw, below 2^32 (default 0)")->group(group);
  app.add_option("--threads", s.threads, "CPU threads (default: all cores)")->group(group);
}

[[noreturn]] void wanted_at_least(const char* option, std::int64_t least, std::int64_t came) {
  throw Error(ErrorKind::usage, std::string(option) + ": wanted at least " + std::to_string(least) +
                                    ", got " + std::to_string(came));
}

void require(const char* option, std::int64_t value, std::int64_t least) {
  if (value < least) wanted_at_least(option, least, value);
}

/// @param below  the least number that is too large
void require(const char* option, double value, double least, double below) {
  if (value >= least && value < below) return;  // what is no number fails
  throw Error(ErrorKind::usage, std::string(option) + ": wanted a number from " +
                                    short_text(least) + " to below " + short_text(below) +
                                    ", got " + short_text(value));
}

void check_rates(const TrainSettings& s) {
  constexpr double kAny = std::numeric_limits<double>::max();
  const double above_one = std::nextafter(1.0, 2.0);
  if (s.learning_rate) require("--learning-rate", *s.learning_rate, 0.0, kAny);
  require("--lowest-rate-share", s.lowest_rate_share, 0.0, above_one);
  require("--weight-decay", s.weight_decay, 0.0, kAny);
  require("--clip", s.clip, 0.0, kAny);
  require("--beta-1", s.beta_1, 0.0, 1.0);
  require("--beta-2", s.beta_2, 0.0, 1.0);
  require("--momentum", s.momentum, 0.0, 1.0);
  require("--mask-epsilon", s.mask_epsilon, 1e-9, above_one);
  require("--random-length", s.random_length, 0.0, above_one);
  if (s.warm_up) require("--warm-up", *s.warm_up, std::int64_t{0});
}

void check_sizes(const TrainSettings& s) {
  constexpr std::int64_t kMostRows = 1 << 24;
  for (const auto& [option, size] :
       {std::pair{"--key-heads", s.groups}, std::pair{"--intermediate", s.intermediate},
        std::pair{"--vocabulary", s.vocabulary}, std::pair{"--context", s.context},
        std::pair{"--threads", std::int64_t{s.threads}}}) {
    require(option, size, 0);
  }
  if (s.batch_rows > kMostRows) {
    throw Error(ErrorKind::usage, "--batch-rows: wanted at most " + std::to_string(kMostRows) +
                                      ", got " + std::to_string(s.batch_rows));
  }
}

}  // namespace

void check_train_settings(const TrainSettings& s) {
  check_rates(s);
  check_sizes(s);
  require("--batch-rows", s.batch_rows, 1);
  require("--tokens-per-forward", s.tokens_per_forward, 1);
  require("--checkpoint-interval", s.checkpoint_interval, 1);
  require("--log-interval", s.log_interval, 1);
  require("--validation-interval", s.validation_interval, 1);
  require("--fill", s.fill, 0);
  const int budgets = static_cast<int>(s.steps.has_value()) +
                      static_cast<int>(s.tokens.has_value()) +
                      static_cast<int>(s.flops.has_value());
  if (budgets != 1) throw Error(ErrorKind::usage, "wanted one of --steps, --tokens and --flops");
  if (s.steps) require("--steps", *s.steps, 1);
  if (s.stop_at) require("--stop-at", *s.stop_at, 1);
  constexpr double kMostTokens = 1e15;
  constexpr double kMostFlops = 1e24;
  if (s.tokens) require("--tokens", *s.tokens, 1.0, kMostTokens);
  if (s.flops) require("--flops", *s.flops, 1.0, kMostFlops);
  try {
    check_seed(s.seed);
  } catch (const std::invalid_argument& error) {
    throw Error(ErrorKind::usage, std::string("--seed: ") + error.what());
  }
}

void check_custom_sizes(const TrainSettings& s) {
  require("--layers", s.layers, 1);
  require("--width", s.width, 1);
  require("--heads", s.heads, 1);
  require("--context", s.context, 1);
}

CLI::App* add_train(CLI::App& app, TrainSettings& settings) {
  auto* train = app.add_subcommand("train", "Train a checkpoint from JSON lines of text");
  add_file_options(*train, settings);
  add_model_options(*train, settings);
  add_row_options(*train, settings);
  add_optimizer_options(*train, settings);
  add_length_options(*train, settings);
  return train;
}

}  // namespace smdm
