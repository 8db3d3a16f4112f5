// The options of `smdm-eval train`: how they are spelt and which numbers they take.
#include <limits>
#include <stdexcept>
#include <utility>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "harness/cli/values.hpp"
#include "harness/settings/refuse.hpp"
#include "harness/train/train.hpp"

namespace smdm {
namespace {

void add_file_options(CLI::App& app, TrainSettings& s) {
  const auto* group = "Files";
  add_value(app, "--corpus", s.corpus, "JSON lines: {\"text\"} or {\"prompt\", \"answer\"}")
      ->required()
      ->delimiter(',')
      ->group(group);
  add_value(app, "--validation", s.validation, "JSON lines that are not trained on")
      ->delimiter(',')
      ->group(group);
  add_value(app, "--output,-o", s.output, "Folder for the checkpoint")->required()->group(group);
  add_value(app, "--tokenizer", s.tokenizer, "SentencePiece model")->group(group);
  app.add_flag("--resume", s.resume, "Go on from the state in --output, if there is one")
      ->group(group);
  app.add_flag("--plot", s.plot, "Also write loss.svg")->group(group);
  add_value(app, "--save-dtype", s.save_dtype, "Element type of model.safetensors (default f32)")
      ->check(one_of({"f32", "bf16"}))
      ->group(group);
  add_value(app, "--checkpoint-interval", s.checkpoint_interval, "Steps (default 500)")
      ->group(group);
  add_value(app, "--log-interval", s.log_interval, "Steps (default 1)")->group(group);
  add_value(app, "--validation-interval", s.validation_interval, "Steps (default 500)")
      ->group(group);
}

void add_model_options(CLI::App& app, TrainSettings& s) {
  const auto* group = "Model: --model-size, --model-config, or sizes";
  add_value(app, "--backend", s.backend, "mdm (default) or arm")
      ->check(one_of({"mdm", "arm"}))
      ->group(group);
  add_value(app, "--model-size", s.model_size, "Published size in millions of parameters")
      ->group(group);
  add_value(app, "--model-config", s.model_config, "A config.json")->group(group);
  add_value(app, "--layers", s.layers)->group(group);
  add_value(app, "--width", s.width, "Of the residual stream")->group(group);
  add_value(app, "--heads", s.heads)->group(group);
  add_value(app, "--key-heads", s.groups, "Default: --heads")->group(group);
  add_value(app, "--intermediate", s.intermediate, "Default: 4 times --width")->group(group);
  add_value(app, "--context", s.context, "Longest sequence in tokens")->group(group);
  add_value(app, "--vocabulary", s.vocabulary,
            "Rows of the head; default: the tokenizer's pieces, up to a multiple of 16")
      ->group(group);
  add_value(app, "--rope-tables", s.rope_tables, "bf16 (default) or f32")
      ->check(one_of({"bf16", "f32"}))
      ->group(group);
}

void add_row_options(CLI::App& app, TrainSettings& s) {
  const auto* group = "Rows and loss";
  add_value(app, "--rows", s.rows,
            "document (default): a row per line; stream: texts end to end, cut to the context")
      ->check(one_of({"document", "stream"}))
      ->group(group);
  add_value(app, "--fill", s.fill, "Fill rows with end-of-text tokens up to this length")
      ->group(group);
  app.add_flag("--no-end", s.no_end, "No end-of-text token behind a text or answer")->group(group);
  add_value(app, "--random-length", s.random_length,
            "Share of batches that are cut to a random length (default 0)")
      ->check(CLI::Validator("FLOAT in [0 - 1]"))
      ->group(group);
  add_value(app, "--random-length-of", s.random_length_of, "batch (default), or row by row")
      ->check(one_of({"batch", "row"}))
      ->group(group);
  add_value(app, "--mask-schedule", s.mask_schedule,
            "bernoulli (default, the paper's), or exact: so many tokens, less noise")
      ->check(one_of({"bernoulli", "exact"}))
      ->group(group);
  add_value(app, "--mask-epsilon", s.mask_epsilon, "Least probability of a mask (default 1e-3)")
      ->check(CLI::Validator("FLOAT in [1e-09 - 1]"))
      ->group(group);
}

void add_optimizer_options(CLI::App& app, TrainSettings& s) {
  const auto* group = "Optimizer";
  add_value(app, "--optimizer", s.optimizer, "adamw (default), or muon for hidden matrices")
      ->check(one_of({"adamw", "muon"}))
      ->group(group);
  add_value(app, "--learning-rate,--lr", s.learning_rate, "Default 2e-4, with muon 5e-3")
      ->group(group);
  add_value(app, "--lowest-rate-share", s.lowest_rate_share,
            "Learning rate at the end, as a share of the highest (default 0.1)")
      ->check(CLI::Validator("FLOAT in [0 - 1]"))
      ->group(group);
  add_value(app, "--warm-up", s.warm_up, "Steps; default: 1 % of all")->group(group);
  add_value(app, "--weight-decay", s.weight_decay, "Default 0.1")->group(group);
  add_value(app, "--clip", s.clip, "Largest norm of the gradient (default 1; 0: any)")
      ->group(group);
  add_value(app, "--beta-1", s.beta_1, "Default 0.9")->group(group);
  add_value(app, "--beta-2", s.beta_2, "Default 0.95")->group(group);
  add_value(app, "--momentum", s.momentum, "Of muon (default 0.95)")->group(group);
  add_value(app, "--dtype", s.dtype, "f32 (default), or bf16: autocast")
      ->check(one_of({"f32", "bf16"}))
      ->group(group);
}

void add_length_options(CLI::App& app, TrainSettings& s) {
  const auto* group = "Length";
  add_value(app, "--batch-rows", s.batch_rows, "Rows per step (default 64)")->group(group);
  add_value(app, "--tokens-per-forward", s.tokens_per_forward,
            "A step is computed in parts of so many tokens, whose gradients add up")
      ->group(group);
  add_value(app, "--steps", s.steps)->group(group);
  add_value(app, "--tokens", s.tokens, "Budget in tokens")->group(group);
  add_value(app, "--flops", s.flops, "Budget: 6 N D, N without embedding and head")->group(group);
  add_value(app, "--stop-at", s.stop_at,
            "Stop behind this step; --resume goes on. The schedule is that of the whole")
      ->group(group);
  add_value(app, "--seed", s.seed, "Of every draw, below 2^32 (default 0)")->group(group);
  add_value(app, "--threads", s.threads, "CPU threads (default: all cores)")->group(group);
}

[[noreturn]] void wanted_at_least(const char* option, std::int64_t least, std::int64_t came) {
  refuse(option, "at least " + std::to_string(least), std::to_string(came));
}

void require(const char* option, std::int64_t value, std::int64_t least) {
  if (value < least) wanted_at_least(option, least, value);
}

/// The numbers that an option takes; both ends are among them, unless the upper one is not.
struct Interval {
  double least = 0.0;
  double most = 1.0;
  bool most_excluded = false;
};

void require(const char* option, double value, const Interval& wanted) {
  const bool below = wanted.most_excluded ? value < wanted.most : value <= wanted.most;
  if (value >= wanted.least && below) return;  // what is no number fails
  auto text = "a number from " + number_text(wanted.least);
  if (wanted.most < std::numeric_limits<double>::max())
    text += (wanted.most_excluded ? " to below " : " to ") + number_text(wanted.most);
  refuse(option, text, number_text(value));
}

void check_rates(const TrainSettings& s) {
  constexpr Interval kAny{.most = std::numeric_limits<double>::max()};
  constexpr Interval kShare{};
  constexpr Interval kBelowOne{.most_excluded = true};
  if (s.learning_rate) require("--learning-rate", *s.learning_rate, kAny);
  require("--lowest-rate-share", s.lowest_rate_share, kShare);
  require("--weight-decay", s.weight_decay, kAny);
  require("--clip", s.clip, kAny);
  require("--beta-1", s.beta_1, kBelowOne);
  require("--beta-2", s.beta_2, kBelowOne);
  require("--momentum", s.momentum, kBelowOne);
  require("--mask-epsilon", s.mask_epsilon, {.least = 1e-9});
  require("--random-length", s.random_length, kShare);
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
    refuse("--batch-rows", "at most " + std::to_string(kMostRows), std::to_string(s.batch_rows));
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
  constexpr Interval kTokens{.least = 1.0, .most = 1e15, .most_excluded = true};
  constexpr Interval kFlops{.least = 1.0, .most = 1e24, .most_excluded = true};
  if (s.tokens) require("--tokens", *s.tokens, kTokens);
  if (s.flops) require("--flops", *s.flops, kFlops);
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
