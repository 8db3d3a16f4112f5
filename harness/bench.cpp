#include "harness/bench.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <sstream>

#include <ATen/Parallel.h>
#include <torch/types.h>

#include "evaluators/likelihood.hpp"
#include "models/checkpoint.hpp"
#include "results/report.hpp"

namespace smdm {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Multiplications and additions that a forward needs: linear layers on every token (behind the
/// last attention on wanted positions only), attention to visible tokens, the head at wanted
/// positions.
class FlopCount {
 public:
  FlopCount(const ModelConfig& config, bool causal) : config_(config), causal_(causal) {}

  [[nodiscard]] double operator()(const PackedRows& rows) const {
    const auto width = static_cast<double>(config_.n_embd);
    const auto layers = static_cast<double>(config_.n_layer);
    const auto joint =
        static_cast<double>((config_.n_head + 2 * config_.n_query_groups) * config_.head_size());
    const double rest =
        width * width + 3.0 * width * static_cast<double>(config_.intermediate_size);
    const auto tokens = static_cast<double>(rows.tokens());
    const auto wanted = static_cast<double>(rows.wanted.size() + rows.unconditional.size());
    const double linear =
        layers * tokens * joint * width + ((layers - 1.0) * tokens + wanted) * rest;
    const double head = static_cast<double>(rows.wanted.size() *
                                            static_cast<std::size_t>(config_.padded_vocab_size)) *
                        width;
    return 2.0 * (linear + head + 2.0 * layers * visible(rows) * width);
  }

 private:
  /// Pairs of a token and one that it sees.
  [[nodiscard]] double visible(const PackedRows& rows) const {
    double pairs = 0.0;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      const auto length = static_cast<double>(rows.length(row));
      const auto parent = rows.parent(row);
      const double past = parent ? static_cast<double>(rows.length(*parent)) : 0.0;
      pairs += length * past + (causal_ ? length * (length + 1.0) / 2.0 : length * length);
    }
    return pairs;
  }

  const ModelConfig& config_;
  bool causal_;
};

/// A model that counts what passes through it.
class Counted final : public LanguageModel {
 public:
  Counted(const LanguageModel& model, FlopCount count)
      : LanguageModel(model.info()), model_(model), count_(count) {}
  [[nodiscard]] double flops() const { return flops_; }

 private:
  void run(const PackedRows& rows,
           std::span<KvCache* const>,
           const LogitsVisitor& visit) const override {
    flops_ += count_(rows);
    model_.visit_logits(rows, visit);
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

torch::Dtype dtype_of(const std::string& name) {
  return name == "bf16" ? torch::kBFloat16 : torch::kFloat32;
}

/// FLOP/s of linear layers of [2048, 2048] by [2048, 2048], the best of several.
double matmul_peak(const std::string& dtype, torch::Device device) {
  constexpr std::int64_t kSize = 2048;
  constexpr int kRepeats = 12;
  const auto options = torch::TensorOptions(device).dtype(dtype_of(dtype));
  const auto a = torch::ones({kSize, kSize}, options);
  const auto b = torch::ones({kSize, kSize}, options);
  double best = 1e9;
  for (int i = 0; i < kRepeats; ++i) {
    const auto begin = Clock::now();
    torch::linear(a, b).select(0, 0).sum().item<float>();  // waits for the device
    best = std::min(best, seconds_since(begin));
  }
  return 2.0 * static_cast<double>(kSize * kSize * kSize) / best;
}

std::string number(double value, int digits) {
  std::ostringstream text;
  text.setf(std::ios::fixed);
  text.precision(digits);
  text << value;
  return text.str();
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
  if (settings.batch_size > 0) config.packing.rows_per_forward = settings.batch_size;
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
  } while (elapsed < settings.seconds);
  return {.requests = sum.requests / elapsed,
          .rows = sum.rows / elapsed,
          .tokens = sum.tokens / elapsed,
          .flops = (counted.flops() - before) / elapsed};
}

}  // namespace

CLI::App* add_bench(CLI::App& app, BenchSettings& settings) {
  auto* bench = app.add_subcommand(
      "bench", "Measure the speed of scoring against this machine's matrix multiplication peak");
  bench->add_option("--model-size", settings.model_size,
                    "Published size in millions of parameters (random weights)");
  bench->add_option("--dtype", settings.dtypes, "Arithmetics to measure")
      ->delimiter(',')
      ->check(CLI::IsMember({"f32", "bf16"}));
  bench->add_option("--backend", settings.backends, "Kinds of model to measure")
      ->delimiter(',')
      ->check(CLI::IsMember({"mdm", "arm"}));
  bench->add_option("--seconds", settings.seconds, "Least time of one measurement");
  bench->add_option("--batch-size", settings.batch_size,
                    "Rows per forward (default: as evaluation)");
  bench->add_option("--threads", settings.threads, "CPU threads (default: all cores)");
  bench->add_option("--device", settings.device, "auto, cpu, cuda or cuda:N");
  return bench;
}

void run_bench(const BenchSettings& settings) {
  if (settings.threads > 0) at::set_num_threads(settings.threads);
  const auto device = find_device(settings.device);
  const auto config = family_config(settings.model_size);
  std::vector<std::vector<std::string>> rows;
  for (const auto& dtype : settings.dtypes) {
    const auto compute = dtype == "bf16" ? ComputeType::bf16 : ComputeType::f32;
    for (const auto& backend : settings.backends) {
      const auto kind = backend == "arm" ? ModelKind::arm : ModelKind::mdm;
      const auto model = random_model(config, kind, compute, device, /*seed=*/0);
      for (const auto& shape : kShapes) {
        const bool arm = kind == ModelKind::arm;
        const double peak_before = matmul_peak(dtype, device);
        const auto speed = measure(*model, FlopCount(config, arm), shape, arm, settings);
        const double peak = std::max(peak_before, matmul_peak(dtype, device));
        constexpr double kGiga = 1e9;
        rows.push_back({to_string(kind), dtype, shape.name, number(speed.requests, 2),
                        number(speed.rows, 1), number(speed.tokens, 0),
                        number(speed.flops / kGiga, 1), number(peak / kGiga, 1),
                        number(100.0 * speed.flops / peak, 1) + " %"});
      }
    }
  }
  using enum Align;
  const std::vector<Column> columns = {
      {.title = "Model", .align = left},    {.title = "Arithmetic", .align = left},
      {.title = "Shape", .align = left},    {.title = "Requests/s", .align = right},
      {.title = "Rows/s", .align = right},  {.title = "Tokens/s", .align = right},
      {.title = "GFLOP/s", .align = right}, {.title = "Peak", .align = right},
      {.title = "Share", .align = right}};
  std::cout << config.name << ", random weights, " << device_name(device) << ", "
            << at::get_num_threads() << " threads\n"
            << markdown_table(columns, rows);
}

}  // namespace smdm
