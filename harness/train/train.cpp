// From options to what training takes: the sizes of a model, rows of text, an objective, an
// optimizer and its schedule. The training itself is training/loop.hpp; here it gets its progress
// line.
#include "harness/train/train.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <utility>

#include <ATen/Parallel.h>

#include "base/error.hpp"
#include "base/files/signals.hpp"
#include "base/text/numbers.hpp"
#include "base/text/shell.hpp"
#include "harness/cli/version.hpp"
#include "harness/run/progress.hpp"
#include "harness/train/parts.hpp"
#include "models/formats/list.hpp"
#include "models/text/tokenizer.hpp"
#include "training/loop.hpp"

namespace smdm {
namespace {

using namespace training;  // NOLINT(google-build-using-namespace): the subject of this file

ModelConfig custom_config(const TrainSettings& s) {
  check_custom_sizes(s);
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
    throw Error(ErrorKind::usage,
                "--width: wanted an even number of dimensions for each of --heads");
  if (config.n_head % config.n_query_groups != 0)
    throw Error(ErrorKind::usage, "--key-heads: wanted a divisor of --heads");
  return config;
}

/// The vocabulary must hold every piece of the tokenizer.
void set_vocabulary(const TrainSettings& s, const Tokenizer* tokenizer, ModelConfig& config) {
  constexpr std::int64_t kMultiple = 16;
  if (s.vocabulary > 0) config.vocab_size = config.padded_vocab_size = s.vocabulary;
  if (config.padded_vocab_size == 0 && tokenizer == nullptr)
    throw Error(ErrorKind::usage, "wanted --tokenizer, or --vocabulary for rows of ids");
  if (config.padded_vocab_size == 0) {
    config.vocab_size = tokenizer->pieces();
    config.padded_vocab_size = (config.vocab_size + kMultiple - 1) / kMultiple * kMultiple;
  }
  if (tokenizer != nullptr && tokenizer->pieces() > config.padded_vocab_size)
    throw Error(ErrorKind::checkpoint,
                "tokenizer: wanted at most " + std::to_string(config.padded_vocab_size) +
                    " pieces, the vocabulary, got " + std::to_string(tokenizer->pieces()));
}

/// @throws Error(checkpoint)  if the file is of another family than the one that training makes
ModelConfig trainable_config(const std::string& file) {
  auto config = read_config(file);
  if (config.family != ModelConfig().family)
    throw Error(
        ErrorKind::checkpoint,
        file + ": training makes SMDM's models, got the configuration of family " + config.family);
  return config;
}

}  // namespace

ModelConfig model_of(const TrainSettings& s, const Tokenizer* tokenizer) {
  if (s.model_size && s.model_config)
    throw Error(ErrorKind::usage, "wanted one of --model-size and --model-config, got both");
  const bool sizes =
      s.layers > 0 || s.width > 0 || s.heads > 0 || s.groups > 0 || s.intermediate > 0;
  if (sizes && (s.model_size || s.model_config))
    throw Error(ErrorKind::usage,
                "--layers, --width, --heads, --key-heads and --intermediate do not go with "
                "--model-size or --model-config");
  auto config = s.model_config ? trainable_config(*s.model_config)
                : s.model_size ? family_config(*s.model_size)
                               : custom_config(s);
  if (s.context > 0) config.block_size = s.context;
  set_vocabulary(s, tokenizer, config);
  if (s.rope_tables)
    config.rope_tables = *s.rope_tables == "f32" ? RopeTables::f32 : RopeTables::bf16;
  if (config.parallel_residual)
    throw Error(ErrorKind::checkpoint,
                s.model_config.value() + ": training wants parallel_residual false, got true");
  return config;
}

namespace {

ModelKind kind_of(const TrainSettings& s, const ModelConfig& config) {
  if (s.backend.empty()) return config.kind.value_or(ModelKind::mdm);
  const auto kind = s.backend == "arm" ? ModelKind::arm : ModelKind::mdm;
  if (config.kind && *config.kind != kind)
    throw Error(ErrorKind::usage, "--backend " + s.backend + " contradicts x_model_type of " +
                                      s.model_config.value());
  return kind;
}

}  // namespace

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

namespace {

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
    throw Error(ErrorKind::usage, error.what());
  }
}

}  // namespace

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

namespace {

constexpr int kLossDigits = 4;

/// Progress and validation losses, on standard error.
class Display {
 public:
  explicit Display(std::int64_t steps) : steps_(steps) {}

  [[nodiscard]] Watcher watcher() {
    return {
        .begin = [this](std::int64_t step) { begin(step); },
        .step =
            [this](const StepResult& result) {
              step_ = result.step;
              progress_.value().note("loss " + fixed_text(result.loss, kLossDigits) + validation_);
              progress_.value().advance();
            },
        .validation =
            [this](std::int64_t, double loss) {
              validation_ = ", validation " + fixed_text(loss, kLossDigits);
            },
        .stop = [] { return noted_signal() != 0; }};
  }

  [[nodiscard]] std::int64_t step() const { return step_; }

 private:
  void begin(std::int64_t step) {
    if (step > 0) std::cerr << "goes on behind step " << step << '\n';
    progress_.emplace("training",
                      static_cast<std::size_t>(std::max<std::int64_t>(steps_ - step, 0)), "steps");
  }

  std::int64_t steps_;
  std::int64_t step_ = 0;
  std::optional<Progress> progress_;
  std::string validation_;
};

/// The same command, to go on.
std::string resuming(std::vector<std::string> command) {
  if (std::ranges::find(command, "--resume") == command.end()) command.emplace_back("--resume");
  return shell_command("smdm-eval", command);
}

void announce(const StepOptions& options, const Corpus& corpus) {
  const auto layout = parameter_layout(options.model, options.kind);
  std::cerr << to_string(options.kind) << ", " << layout.parameters() << " parameters ("
            << layout.hidden_parameters() << " outside embedding and head), " << corpus.size()
            << " rows of " << corpus.tokens() << " tokens, " << options.rate.steps << " steps of "
            << options.batches.rows << " rows, " << at::get_num_threads() << " threads\n";
}

}  // namespace

void run_train(const TrainSettings& settings, const std::vector<std::string>& command) {
  if (settings.threads > 0) at::set_num_threads(settings.threads);
  const auto tokenizer = settings.tokenizer.empty() ? nullptr : open_tokenizer(settings.tokenizer);
  const auto* pieces = tokenizer.get();
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
  const auto last = std::min(options.step.rate.steps, options.stop_at);
  Display display(last);
  const NotedSignals signals;
  train(options, corpus, validation ? &*validation : nullptr, display.watcher());
  if (const int signal = noted_signal(); signal != 0 && display.step() < last) {
    throw Stopped(signal, "stopped by " + signal_name(signal) + " behind step " +
                              std::to_string(display.step()) + " of " + std::to_string(last) +
                              ", whose checkpoint is in " + settings.output +
                              "; go on with: " + resuming(command));
  }
}

}  // namespace smdm
