// `scaling plan --hours`: some steps of every size that a plan comes to, on random tokens, and the
// files read once. A step is measured on no more than some thousand tokens: of a large model it
// takes as long as it has to, which is nothing beside the training that is planned.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

#include "base/text/numbers.hpp"
#include "harness/cli/scaling_plan.hpp"
#include "harness/train/parts.hpp"
#include "models/text/tokenizer.hpp"

namespace smdm {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// A training of the plan as `train` would be told of it.
TrainSettings training_of(const ScalingPlanSettings& plan,
                          const std::string& backend,
                          const scaling::Shape& shape) {
  TrainSettings settings;
  settings.corpus = plan.corpus;
  settings.validation = plan.validation;
  settings.tokenizer = plan.tokenizer;
  settings.backend = backend;
  settings.layers = shape.layers;
  settings.width = shape.width;
  settings.heads = shape.heads;
  settings.intermediate = shape.intermediate;
  settings.context = plan.context;
  settings.vocabulary = plan.vocabulary;
  settings.rows = plan.rows;
  settings.mask_schedule = plan.mask_schedule;
  settings.optimizer = plan.optimizer;
  settings.batch_rows = plan.batch_rows;
  return settings;
}

/// Enough rows of any ids that no step sees another's.
training::Corpus any_rows(const ModelConfig& config, std::int64_t rows) {
  constexpr std::int64_t kFactor = 75;  // a full-period generator
  constexpr std::int64_t kAddend = 74;
  constexpr std::int64_t kModulus = 65537;
  constexpr std::int64_t kBatches = 8;
  std::vector<std::vector<std::int64_t>> all(static_cast<std::size_t>(kBatches * rows));
  std::int64_t next = 1;
  for (auto& row : all) {
    for (std::int64_t i = 0; i < config.block_size; ++i) {
      row.push_back(next % config.vocab_size);
      next = (next * kFactor + kAddend) % kModulus;
    }
  }
  return training::Corpus(all);
}

/// The median of a step's seconds over half a second of them, behind one that warms up: what else
/// the machine does for a moment does not count.
double usual_seconds(training::Stepper& stepper) {
  constexpr double kSeconds = 0.5;
  stepper.step();
  std::vector<double> seconds;
  const auto begin = Clock::now();
  do {
    const auto step = Clock::now();
    stepper.step();
    seconds.push_back(seconds_since(step));
  } while (seconds_since(begin) < kSeconds);
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::ranges::nth_element(seconds, middle);
  return *middle;
}

class Meter {
 public:
  explicit Meter(const ScalingPlanSettings& plan)
      : plan_(plan),
        tokenizer_(plan.tokenizer.empty() ? nullptr : open_tokenizer(plan.tokenizer)) {}

  /// 6 N D a second.
  [[nodiscard]] double rate(const std::string& backend, const scaling::Shape& shape) const {
    constexpr std::int64_t kMostTokens = 8192;
    constexpr std::int64_t kAnyLength = 1'000'000;
    auto settings = training_of(plan_, backend, shape);
    settings.steps = kAnyLength;
    settings.batch_rows =
        std::clamp<std::int64_t>(kMostTokens / settings.context, 1, settings.batch_rows);
    const auto model = model_of(settings, tokenizer_.get());
    const auto corpus = any_rows(model, settings.batch_rows);
    const auto options = step_options(settings, model, corpus);
    training::Stepper stepper(
        options, corpus, training::first_state(training::parameter_layout(model, options.kind), 0));
    constexpr double kFlopsPerToken = 6.0;
    const auto tokens = static_cast<double>(settings.batch_rows * settings.context);
    const double flops = kFlopsPerToken * shape.params() * tokens / usual_seconds(stepper);
    std::cerr << "measured " << backend << " of " << short_text(shape.params())
              << " parameters: " << short_text(flops) << " FLOP/s\n";
    return flops;
  }

  [[nodiscard]] CorpusCount read() const {
    const auto settings = training_of(plan_, "mdm", scaling::smallest_shape());
    const auto model = model_of(settings, tokenizer_.get());
    const auto begin = Clock::now();
    const training::Corpus corpus(corpus_options(settings, settings.corpus, model),
                                  tokenizer_.get());
    const training::Corpus validation(corpus_options(settings, settings.validation, model),
                                      tokenizer_.get());
    return {.rows = static_cast<double>(corpus.size()),
            .tokens = static_cast<double>(corpus.tokens()),
            .validation_tokens = static_cast<double>(validation.tokens()),
            .seconds = seconds_since(begin)};
  }

 private:
  const ScalingPlanSettings& plan_;
  std::unique_ptr<const Tokenizer> tokenizer_;
};

}  // namespace

void run_measured_scaling_plan(const ScalingPlanSettings& settings) {
  const Meter meter(settings);
  const TrainingMachine machine{
      .rate = [&](const std::string& backend,
                  const scaling::Shape& shape) { return meter.rate(backend, shape); },
      .read = [&] { return meter.read(); }};
  run_scaling_plan(settings, &machine);
}

}  // namespace smdm
