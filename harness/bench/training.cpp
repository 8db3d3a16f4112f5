// Steps of one small model, timed for each kind of model and arithmetic. The share of the peak is
// that of the arithmetic that forward and backward need, so work done for nothing lowers it.
#include "harness/bench/training.hpp"

#include <algorithm>
#include <chrono>

#include <ATen/Parallel.h>

#include "base/text/numbers.hpp"
#include "harness/bench/figures.hpp"
#include "harness/bench/reference.hpp"
#include "harness/bench/tools.hpp"
#include "results/show/table.hpp"
#include "training/stepper.hpp"

namespace smdm {
namespace {

constexpr std::int64_t kRows = 128;
constexpr std::int64_t kLength = 96;

ModelConfig small_model() {
  ModelConfig config;
  config.name = "1.9M";
  config.block_size = kLength;
  config.vocab_size = config.padded_vocab_size = 320;
  config.n_layer = 4;
  config.n_head = config.n_query_groups = 4;
  config.n_embd = 192;
  config.intermediate_size = 512;
  return config;
}

/// Any ids will do: enough rows that no step sees another's.
training::Corpus any_rows(const ModelConfig& config) {
  std::vector<std::vector<std::int64_t>> rows(8 * kRows);
  std::int64_t next = 1;
  for (auto& row : rows) {
    for (std::int64_t i = 0; i < kLength; ++i) {
      row.push_back(next % config.vocab_size);
      next = (next * 75 + 74) % 65537;  // a full-period generator
    }
  }
  return training::Corpus(rows);
}

training::StepOptions step_options(const std::string& backend, const std::string& dtype) {
  training::StepOptions options;
  options.model = small_model();
  options.kind = backend == "arm" ? ModelKind::arm : ModelKind::mdm;
  options.compute = dtype == "bf16" ? ComputeType::bf16 : ComputeType::f32;
  if (options.kind == ModelKind::arm) {
    options.objective = training::NextToken{};
  } else {
    options.objective = training::BernoulliMasks{};
  }
  options.batches.rows = kRows;
  options.rate.steps = 1000000;
  return options;
}

struct TrainSpeed {
  double tokens = 0;  ///< per second
  double flops = 0;   ///< per token: what forward and backward need
};

/// Three times the forward's arithmetic: the backward multiplies every pair twice.
double needed_flops(const training::StepOptions& options, const training::Corpus& corpus) {
  constexpr std::int64_t kSteps = 8;
  training::Batches batches(corpus, options.batches);
  const training::ExampleMaker maker(corpus, options.objective, {}, options.model.vocab_size);
  const FlopCount count(options.model, options.kind == ModelKind::arm);
  double sum = 0.0;
  for (std::int64_t step = 0; step < kSteps; ++step)
    sum += 3.0 * count(maker.make(batches.batch(step), step, 0, kRows).rows);
  return sum / static_cast<double>(kSteps * kRows * kLength);
}

TrainSpeed measure(const training::StepOptions& options, double seconds) {
  const auto corpus = any_rows(options.model);
  const auto layout = training::parameter_layout(options.model, options.kind);
  training::Stepper stepper(options, corpus, training::first_state(layout, 0));
  stepper.step();  // warm-up
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  double elapsed = 0.0;
  std::int64_t steps = 0;
  do {
    stepper.step();
    ++steps;
    elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
  } while (elapsed < seconds);
  return {.tokens = static_cast<double>(steps * kRows * kLength) / elapsed,
          .flops = needed_flops(options, corpus)};
}

/// Runs the other program on the same work. @return its tokens per second
double measure_reference(const BenchSettings& settings,
                         const std::string& backend,
                         const std::string& dtype) {
  const auto model = small_model();
  const auto text = [](std::int64_t value) { return std::to_string(value); };
  return reference_rate(settings.reference,
                        {{"backend", backend},
                         {"dtype", dtype},
                         {"layers", text(model.n_layer)},
                         {"width", text(model.n_embd)},
                         {"heads", text(model.n_head)},
                         {"intermediate", text(model.intermediate_size)},
                         {"vocabulary", text(model.padded_vocab_size)},
                         {"rows", text(kRows)},
                         {"length", text(kLength)},
                         {"threads", text(at::get_num_threads())},
                         {"seconds", std::to_string(settings.seconds)}},
                        "tokens_per_second");
}

}  // namespace

void run_bench_train(const BenchSettings& settings) {
  Figures figures(settings.study.json);
  std::vector<std::vector<std::string>> rows;
  for (const auto& dtype : settings.dtypes) {
    for (const auto& backend : settings.backends) {
      const auto options = step_options(backend, dtype);
      const double peak_before = matmul_peak(dtype, c10::kCPU);
      const auto speed = measure(options, settings.seconds);
      const double other =
          settings.reference.empty() ? 0.0 : measure_reference(settings, backend, dtype);
      const double peak = std::max(peak_before, matmul_peak(dtype, c10::kCPU));
      const auto add = [&](const std::string& program, double tokens) {
        constexpr double kGiga = 1e9;
        rows.push_back({backend, dtype, program, fixed_text(tokens, 0),
                        fixed_text(1000.0 * kRows * kLength / tokens, 0),
                        fixed_text(tokens * speed.flops / kGiga, 1), fixed_text(peak / kGiga, 1),
                        fixed_text(100.0 * tokens * speed.flops / peak, 1) + " %"});
      };
      add("smdm-eval", speed.tokens);
      if (other > 0.0) add("reference", other);
      if (other > 0.0)
        rows.push_back(
            {backend, dtype, "ratio", fixed_text(speed.tokens / other, 2), "", "", "", ""});
    }
  }
  using enum Align;
  const std::vector<Column> columns = {
      {.title = "Model", .align = left},    {.title = "Arithmetic", .align = left},
      {.title = "Program", .align = left},  {.title = "Tokens/s", .align = right},
      {.title = "ms/step", .align = right}, {.title = "GFLOP/s", .align = right},
      {.title = "Peak", .align = right},    {.title = "Share", .align = right}};
  const auto layout = training::parameter_layout(small_model(), ModelKind::mdm);
  figures.show("training, " + std::to_string(layout.parameters()) + " parameters, " +
                   std::to_string(kRows) + " rows of " + std::to_string(kLength) +
                   " tokens a step, AdamW, " + std::to_string(at::get_num_threads()) + " threads",
               columns, rows);
}

}  // namespace smdm
