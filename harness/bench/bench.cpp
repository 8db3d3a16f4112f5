// Requests of a benchmark's typical shape with made-up tokens go through a model with random
// weights. The arithmetic that they need is counted forward by forward and set against a matrix
// multiplication timed just before and just after.
#include "harness/bench/bench.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include <ATen/Parallel.h>

#include "base/files/signals.hpp"
#include "base/text/numbers.hpp"
#include "evaluators/likelihood/likelihood.hpp"
#include "harness/bench/figures.hpp"
#include "harness/bench/generation.hpp"
#include "harness/bench/tools.hpp"
#include "harness/bench/training.hpp"
#include "harness/settings/decide.hpp"
#include "harness/settings/refuse.hpp"
#include "models/checkpoint.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// What is known of a model that stands behind another: it looks for shifted logits by itself, and
/// once is enough.
ModelInfo behind(ModelInfo info) {
  if (auto* diffusion = std::get_if<MaskedDiffusion>(&info.objective)) diffusion->shifted = false;
  return info;
}

/// A model that counts what passes through it, for rows without prefixes.
class Counted final : public LanguageModel {
 public:
  Counted(const LanguageModel& model, FlopCount count)
      : LanguageModel(behind(model.info())), model_(model), count_(std::move(count)) {}
  [[nodiscard]] double flops() const { return flops_; }

 private:
  Prefixes run(const PackedRows& rows,
               std::span<KvCache* const>,
               const LogitsVisitor& visit) const override {
    flops_ += count_(rows);
    model_.visit_logits(rows, visit);
    return {};
  }
  [[nodiscard]] std::unique_ptr<KvCache> new_cache(std::int64_t capacity) const override {
    return model_.make_cache(capacity);
  }

  const LanguageModel& model_;
  FlopCount count_;
  mutable double flops_ = 0.0;  // the bench calls from one thread
};

constexpr std::size_t kSamples = 32;  ///< of the Monte Carlo estimator

/// Questions of a benchmark's typical size, in tokens.
struct Shape {
  const char* name;
  std::size_t questions, context, choices, continuation;
};

constexpr Shape kShapes[] = {
    {.name = "piqa", .questions = 8, .context = 20, .choices = 2, .continuation = 22},
    {.name = "hellaswag", .questions = 4, .context = 60, .choices = 4, .continuation = 33}};

std::vector<TokenRequest> requests_of(const Shape& shape,
                                      std::size_t questions,
                                      std::int64_t vocab) {
  std::vector<TokenRequest> requests;
  std::uint64_t state = 1;
  const auto draw = [&](std::size_t count) {
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < count; ++i) {
      constexpr std::uint64_t kMultiplier =
          6364136223846793005ULL;  // Knuth's MMIX generator: any ids will do
      state = state * kMultiplier + 1442695040888963407ULL;
      ids.push_back(static_cast<std::int64_t>((state >> 33) % static_cast<std::uint64_t>(vocab)));
    }
    return ids;
  };
  for (std::size_t question = 0; question < questions; ++question) {
    const auto context = draw(shape.context);
    for (std::size_t choice = 0; choice < shape.choices; ++choice) {
      requests.push_back({.context = context, .continuation = draw(shape.continuation)});
    }
  }
  return requests;
}

struct Speed {
  double requests = 0, rows = 0, tokens = 0, flops = 0;  ///< per second
};

Speed measure(const LanguageModel& model,
              const FlopCount& count,
              const Shape& shape,
              bool arm,
              const BenchSettings& settings) {
  // As many rows of both kinds, so that both fill their forwards.
  const auto questions = shape.questions * (arm ? kSamples : 1);
  const auto requests = requests_of(shape, questions, model.info().vocab_tokens);
  LikelihoodConfig config;
  if (arm) {
    config.estimator = TeacherForcing{};
  } else {
    config.estimator = MonteCarlo{.samples = kSamples, .strata = kSamples};
  }
  const auto rows = settings.batch_size > 0 ? std::optional(settings.batch_size) : std::nullopt;
  config.packing = packing_limits(settings.device, rows);
  const Counted counted(model, count);
  [[maybe_unused]] const auto warm_up =
      score(counted, std::span(requests).first(shape.choices), config);
  const double before = counted.flops();
  Speed sum;
  const auto begin = Clock::now();
  double elapsed = 0.0;
  do {
    for (const auto& estimate : score(counted, requests, config)) {
      sum.rows += static_cast<double>(estimate.rows);
      sum.tokens += static_cast<double>(estimate.tokens);
      sum.requests += 1.0;
    }
    elapsed = seconds_since(begin);
  } while (elapsed < settings.seconds && noted_signal() == 0);
  return {.requests = sum.requests / elapsed,
          .rows = sum.rows / elapsed,
          .tokens = sum.tokens / elapsed,
          .flops = (counted.flops() - before) / elapsed};
}

void run_study(const BenchSettings& settings) {
  auto study = settings.study;
  if (study.task_time && study.rank) refuse("--rank", "no --task-time beside it", "both");
  if (study.task_time && !study.tables.empty())
    refuse("--tables", "no --task-time beside it", study.tables);
  study.model_size = settings.model_size;
  study.threads = settings.threads;
  study.device = settings.device;
  study.dtype = settings.dtypes.front();
  study.task_time ? run_bench_task_time(study) : run_bench_estimators(study);
}

void run_scale(const BenchSettings& settings) {
  if (settings.train || settings.generation || settings.estimators)
    refuse("--scale", "no other kind of measurement beside it", "one");
  auto scale = settings.scale;
  scale.tasks = settings.study.tasks;
  scale.model = settings.study.model;
  scale.model_size = settings.model_size;
  scale.tokenizer = settings.study.tokenizer;
  scale.data = settings.study.data;
  scale.limit = settings.study.limit;
  scale.json = settings.study.json;
  run_bench_scale(scale);
}

/// Measures one shape: the row of the table.
std::vector<std::string> measured_row(const LanguageModel& model,
                                      const ModelConfig& config,
                                      const Shape& shape,
                                      const std::string& dtype,
                                      const c10::Device& device,
                                      const BenchSettings& settings) {
  const bool arm = std::holds_alternative<Autoregressive>(model.info().objective);
  const double peak_before = matmul_peak(dtype, device);
  const auto speed = measure(model, FlopCount(config, arm), shape, arm, settings);
  const double peak = std::max(peak_before, matmul_peak(dtype, device));
  constexpr double kGiga = 1e9;
  return {arm ? "arm" : "mdm",
          dtype,
          shape.name,
          fixed_text(speed.requests, 2),
          fixed_text(speed.rows, 1),
          fixed_text(speed.tokens, 0),
          fixed_text(speed.flops / kGiga, 1),
          fixed_text(peak / kGiga, 1),
          fixed_text(100.0 * speed.flops / peak, 1) + " %"};
}

/// The rows of the table, up to a signal.
std::vector<std::vector<std::string>> measured_rows(const ModelConfig& config,
                                                    const c10::Device& device,
                                                    const BenchSettings& settings) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& dtype : settings.dtypes) {
    const auto compute = dtype == "bf16" ? ComputeType::bf16 : ComputeType::f32;
    for (const auto& backend : settings.backends) {
      const auto kind = backend == "arm" ? ModelKind::arm : ModelKind::mdm;
      const auto model = random_model(config, kind, compute, device, /*seed=*/0);
      for (const auto& shape : kShapes) {
        if (noted_signal() == 0)
          rows.push_back(measured_row(*model, config, shape, dtype, device, settings));
      }
    }
  }
  return rows;
}

void run_bench_scoring(const BenchSettings& settings) {
  const NotedSignals signals;
  Figures figures(settings.study.json);
  const auto device = find_device(settings.device);
  const auto config = family_config(settings.model_size);
  const auto rows = measured_rows(config, device, settings);
  using enum Align;
  const std::vector<Column> columns = {
      {.title = "Model", .align = left},    {.title = "Arithmetic", .align = left},
      {.title = "Shape", .align = left},    {.title = "Requests/s", .align = right},
      {.title = "Rows/s", .align = right},  {.title = "Tokens/s", .align = right},
      {.title = "GFLOP/s", .align = right}, {.title = "Peak", .align = right},
      {.title = "Share", .align = right}};
  figures.show(config.name + ", random weights, " + device_name(device) + ", " +
                   std::to_string(at::get_num_threads()) + " threads",
               columns, rows);
  if (const int signal = noted_signal(); signal != 0)
    throw Stopped(signal, "stopped by " + signal_name(signal) +
                              ": rows are missing, the last one may be of few forwards");
}

}  // namespace

void run_bench(const BenchSettings& settings) {
  if (!settings.estimators && (settings.study.rank || !settings.study.tables.empty()))
    refuse(settings.study.rank ? "--rank" : "--tables", "--estimators beside it", "none");
  if (settings.threads > 0) at::set_num_threads(settings.threads);
  if (!settings.scale.ranks.empty()) {
    run_scale(settings);
  } else if (settings.train) {
    run_bench_train(settings);
  } else if (settings.generation) {
    run_bench_generation(settings);
  } else if (settings.estimators) {
    run_study(settings);
  } else {
    run_bench_scoring(settings);
  }
}

}  // namespace smdm
