#include "harness/train.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <limits>
#include <memory>
#include <sstream>
#include <utility>

#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>

#include "evaluators/random.hpp"
#include "harness/errors.hpp"
#include "harness/progress.hpp"
#include "harness/version.hpp"
#include "models/checkpoint_error.hpp"
#include "models/tokenizer.hpp"
#include "training/loop.hpp"

namespace smdm {
namespace {

using namespace training;  // NOLINT(google-build-using-namespace): the subject of this file

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
  throw UsageError(std::string(option) + ": wanted at least " + std::to_string(least) + ", got " +
                   std::to_string(came));
}

void require(const char* option, std::int64_t value, std::int64_t least) {
  if (value < least) wanted_at_least(option, least, value);
}

/// @param below  the least number that is too large
void require(const char* option, double value, double least, double below) {
  if (value >= least && value < below) return;  // what is no number fails
  std::ostringstream text;
  text << option << ": wanted a number from " << least << " to below " << below << ", got "
       << value;
  throw UsageError(text.str());
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
    throw UsageError("--batch-rows: wanted at most " + std::to_string(kMostRows) + ", got " +
                     std::to_string(s.batch_rows));
  }
}

void check(const TrainSettings& s) {
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
  if (budgets != 1) throw UsageError("wanted one of --steps, --tokens and --flops");
  if (s.steps) require("--steps", *s.steps, 1);
  if (s.stop_at) require("--stop-at", *s.stop_at, 1);
  constexpr double kMostTokens = 1e15;
  constexpr double kMostFlops = 1e24;
  if (s.tokens) require("--tokens", *s.tokens, 1.0, kMostTokens);
  if (s.flops) require("--flops", *s.flops, 1.0, kMostFlops);
  try {
    check_seed(s.seed);
  } catch (const std::invalid_argument& error) {
    throw UsageError(std::string("--seed: ") + error.what());
  }
}

ModelConfig custom_config(const TrainSettings& s) {
  require("--layers", s.layers, 1);
  require("--width", s.width, 1);
  require("--heads", s.heads, 1);
  require("--context", s.context, 1);
  ModelConfig config;
  config.name = "custom";
  config.n_layer = s.layers;
  config.n_embd = s.width;
  config.n_head = s.heads;
  config.n_query_groups = s.groups > 0 ? s.groups : s.heads;
  config.intermediate_size = s.intermediate > 0 ? s.intermediate : 4 * s.width;
  config.vocab_size = 0;
  config.padded_vocab_size = 0;
  if (config.n_embd % config.n_head != 0 || config.head_size() % 2 != 0)
    throw UsageError("--width: wanted an even number of dimensions for each of --heads");
  if (config.n_head % config.n_query_groups != 0)
    throw UsageError("--key-heads: wanted a divisor of --heads");
  return config;
}

/// The vocabulary must hold every piece of the tokenizer.
void set_vocabulary(const TrainSettings& s, const Tokenizer* tokenizer, ModelConfig& config) {
  constexpr std::int64_t kMultiple = 16;
  if (s.vocabulary > 0) config.vocab_size = config.padded_vocab_size = s.vocabulary;
  if (config.padded_vocab_size == 0 && tokenizer == nullptr)
    throw UsageError("wanted --tokenizer, or --vocabulary for rows of ids");
  if (config.padded_vocab_size == 0) {
    config.vocab_size = tokenizer->pieces();
    config.padded_vocab_size = (config.vocab_size + kMultiple - 1) / kMultiple * kMultiple;
  }
  if (tokenizer != nullptr && tokenizer->pieces() > config.padded_vocab_size)
    throw CheckpointError("tokenizer: wanted at most " + std::to_string(config.padded_vocab_size) +
                          " pieces, the vocabulary, got " + std::to_string(tokenizer->pieces()));
}

ModelConfig model_of(const TrainSettings& s, const Tokenizer* tokenizer) {
  if (s.model_size && s.model_config)
    throw UsageError("wanted one of --model-size and --model-config, got both");
  const bool sizes =
      s.layers > 0 || s.width > 0 || s.heads > 0 || s.groups > 0 || s.intermediate > 0;
  if (sizes && (s.model_size || s.model_config))
    throw UsageError(
        "--layers, --width, --heads, --key-heads and --intermediate do not go with "
        "--model-size or --model-config");
  auto config = s.model_config ? read_config(*s.model_config)
                : s.model_size ? family_config(*s.model_size)
                               : custom_config(s);
  if (s.context > 0) config.block_size = s.context;
  set_vocabulary(s, tokenizer, config);
  if (s.rope_tables)
    config.rope_tables = *s.rope_tables == "f32" ? RopeTables::f32 : RopeTables::bf16;
  if (config.parallel_residual)
    throw CheckpointError(s.model_config.value() +
                          ": training wants parallel_residual false, got true");
  return config;
}

ModelKind kind_of(const TrainSettings& s, const ModelConfig& config) {
  if (s.backend.empty()) return config.kind.value_or(ModelKind::mdm);
  const auto kind = s.backend == "arm" ? ModelKind::arm : ModelKind::mdm;
  if (config.kind && *config.kind != kind)
    throw UsageError("--backend " + s.backend + " contradicts x_model_type of " +
                     s.model_config.value());
  return kind;
}

CorpusOptions corpus_options(const TrainSettings& s,
                             const std::vector<std::string>& files,
                             const ModelConfig& model) {
  return {.files = {files.begin(), files.end()},
          .rows = s.rows == "stream" ? RowKind::stream : RowKind::document,
          .context = model.block_size,
          .vocabulary = model.padded_vocab_size,
          .fill = s.fill,
          .end_of_text = !s.no_end};
}

Objective objective_of(const TrainSettings& s, ModelKind kind) {
  if (kind == ModelKind::arm) return NextToken{};
  if (s.mask_schedule == "exact") return ExactMasks{};
  return BernoulliMasks{.epsilon = s.mask_epsilon};
}

Optimizer optimizer_of(const TrainSettings& s) {
  const AdamW adam{.beta_1 = s.beta_1, .beta_2 = s.beta_2};
  if (s.optimizer == "muon") return Muon{.momentum = s.momentum, .rest = adam};
  return adam;
}

Budget budget_of(const TrainSettings& s) {
  if (s.steps) return Steps{*s.steps};
  if (s.tokens) return Tokens{*s.tokens};
  return Flops{s.flops.value()};
}

std::int64_t counted_steps(const TrainSettings& s, std::int64_t hidden, Batches& batches) {
  try {
    return steps_of(budget_of(s), hidden, batches);
  } catch (const std::invalid_argument& error) {
    throw UsageError(error.what());
  }
}

StepOptions step_options(const TrainSettings& s, const ModelConfig& model, const Corpus& corpus) {
  constexpr double kAdamRate = 2e-4;
  constexpr double kMuonRate = 5e-3;
  StepOptions options;
  options.model = model;
  options.kind = kind_of(s, model);
  options.compute = s.dtype == "bf16" ? ComputeType::bf16 : ComputeType::f32;
  options.objective = objective_of(s, options.kind);
  options.update = {.optimizer = optimizer_of(s), .weight_decay = s.weight_decay, .clip = s.clip};
  options.batches = {.seed = s.seed,
                     .rows = s.batch_rows,
                     .random_length = s.random_length,
                     .cut_unit = s.random_length_of == "row" ? CutUnit::row : CutUnit::batch};
  options.tokens_per_forward = s.tokens_per_forward;
  Batches batches(corpus, options.batches);
  const auto hidden = parameter_layout(model, options.kind).hidden_parameters();
  const auto steps = counted_steps(s, hidden, batches);
  options.rate = {
      .highest = s.learning_rate.value_or(s.optimizer == "muon" ? kMuonRate : kAdamRate),
      .lowest_share = s.lowest_rate_share,
      .warm_up = s.warm_up.value_or(std::max<std::int64_t>(steps / 100, 1)),
      .steps = steps};
  return options;
}

std::string fixed(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4f", value);
  return text.data();
}

/// Progress and validation losses, on standard error.
class Display {
 public:
  explicit Display(std::int64_t steps) : steps_(steps) {}

  [[nodiscard]] Watcher watcher() {
    return {.begin = [this](std::int64_t step) { begin(step); },
            .step =
                [this](const StepResult& result) {
                  progress_.value().note("loss " + fixed(result.loss) + validation_);
                  progress_.value().advance();
                },
            .validation = [this](std::int64_t,
                                 double loss) { validation_ = ", validation " + fixed(loss); }};
  }

 private:
  void begin(std::int64_t step) {
    if (step > 0) std::cerr << "goes on behind step " << step << '\n';
    progress_.emplace("training",
                      static_cast<std::size_t>(std::max<std::int64_t>(steps_ - step, 0)), "steps");
  }

  std::int64_t steps_;
  std::optional<Progress> progress_;
  std::string validation_;
};

void announce(const StepOptions& options, const Corpus& corpus) {
  const auto layout = parameter_layout(options.model, options.kind);
  std::cerr << to_string(options.kind) << ", " << layout.parameters() << " parameters ("
            << layout.hidden_parameters() << " outside embedding and head), " << corpus.size()
            << " rows of " << corpus.tokens() << " tokens, " << options.rate.steps << " steps of "
            << options.batches.rows << " rows, " << at::get_num_threads() << " threads\n";
}

}  // namespace

CLI::App* add_train(CLI::App& app, TrainSettings& settings) {
  auto* train = app.add_subcommand("train", "Train a checkpoint from JSON lines of text");
  add_file_options(*train, settings);
  add_model_options(*train, settings);
  add_row_options(*train, settings);
  add_optimizer_options(*train, settings);
  add_length_options(*train, settings);
  return train;
}

void run_train(const TrainSettings& settings, const std::vector<std::string>& command) {
  check(settings);
  if (settings.threads > 0) at::set_num_threads(settings.threads);
  std::optional<Tokenizer> tokenizer;
  if (!settings.tokenizer.empty()) tokenizer.emplace(settings.tokenizer);
  const auto* pieces = tokenizer ? &*tokenizer : nullptr;
  const auto model = model_of(settings, pieces);
  const Corpus corpus(corpus_options(settings, settings.corpus, model), pieces);
  std::optional<Corpus> validation;
  if (!settings.validation.empty())
    validation.emplace(corpus_options(settings, settings.validation, model), pieces);

  TrainOptions options;
  options.step = step_options(settings, model, corpus);
  options.output = settings.output;
  if (tokenizer) options.tokenizer = settings.tokenizer;
  if (settings.stop_at) options.stop_at = *settings.stop_at;
  options.resume = settings.resume;
  options.plot = settings.plot;
  options.stored = settings.save_dtype == "bf16" ? ComputeType::bf16 : ComputeType::f32;
  options.checkpoint_interval = settings.checkpoint_interval;
  options.log_interval = settings.log_interval;
  options.validation_interval = settings.validation_interval;
  options.provenance = {{"program", std::string("smdm-eval ") + kVersion},
                        {"revision", kGitRevision},
                        {"threads", at::get_num_threads()},
                        {"command", command}};
  announce(options.step, corpus);
  Display display(std::min(options.step.rate.steps, options.stop_at));
  train(options, corpus, validation ? &*validation : nullptr, display.watcher());
}

}  // namespace smdm
