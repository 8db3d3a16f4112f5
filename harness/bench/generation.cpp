// A step of decoding costs the reading of the weights, a step of denoising the arithmetic of a
// forward; each is set against what bounds it, measured just before and just after.
#include "harness/bench/generation.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>

#include "base/error.hpp"
#include "base/files/signals.hpp"
#include "base/text/numbers.hpp"
#include "evaluators/generation/token_choice.hpp"
#include "harness/bench/figures.hpp"
#include "harness/bench/reference.hpp"
#include "harness/bench/tools.hpp"
#include "models/checkpoint.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array<std::int64_t, 2> kBatches = {1, 8};
constexpr std::int64_t kPrompt = 16;    ///< tokens before those that are decoded
constexpr std::int64_t kDecoded = 128;  ///< tokens of a sequence
constexpr std::int64_t kLength = 256;   ///< tokens of a row that is denoised
constexpr std::int64_t kMasked = 64;    ///< the last ones: half of an answer of 128
constexpr double kGiga = 1e9;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Any ids will do.
std::vector<std::int64_t> any_ids(std::int64_t count, std::int64_t first, std::int64_t vocab) {
  std::vector<std::int64_t> ids;
  ids.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) ids.push_back((first + i) * 75 % vocab);
  return ids;
}

/// Sequences that grow by their likeliest tokens.
class Growing {
 public:
  /// Reads a prompt for each.
  Growing(const LanguageModel& model, std::int64_t batch) : model_(model) {
    PackedRows rows;
    for (std::int64_t row = 0; row < batch; ++row) {
      owned_.push_back(model.make_cache(kPrompt + kDecoded));
      caches_.push_back(owned_.back().get());
      rows.append(any_ids(kPrompt, row, model.info().vocab_tokens));
      rows.wanted.push_back(rows.tokens() - 1);
    }
    extend(rows);
  }

  /// One token more of each.
  void step() {
    PackedRows rows;
    for (const auto& token : tokens_) {
      rows.append(std::span(&token, 1));
      rows.wanted.push_back(rows.tokens() - 1);
    }
    extend(rows);
  }

 private:
  void extend(const PackedRows& rows) {
    tokens_.clear();
    model_.extend(caches_, rows, [&](std::int64_t, const at::Tensor& logits) {
      const auto chosen = choose_tokens(logits, /*temperature=*/0.0, {});
      tokens_.insert(tokens_.end(), chosen.begin(), chosen.end());
    });
  }

  const LanguageModel& model_;
  std::vector<std::unique_ptr<KvCache>> owned_;
  std::vector<KvCache*> caches_;
  std::vector<std::int64_t> tokens_;
};

/// Steps per second; prompts are not counted.
double decoding_rate(const LanguageModel& model, std::int64_t batch, double seconds) {
  double elapsed = 0.0;
  std::int64_t steps = 0;
  do {
    Growing sequences(model, batch);
    const auto begin = Clock::now();
    for (std::int64_t i = 0; i < kDecoded; ++i) sequences.step();
    elapsed += seconds_since(begin);
    steps += kDecoded;
  } while (elapsed < seconds && noted_signal() == 0);
  return static_cast<double>(steps) / elapsed;
}

/// Rows whose second half is masked, and wanted.
PackedRows masked_rows(const LanguageModel& model, std::int64_t batch) {
  const auto& info = model.info();
  const auto mask = std::get<MaskedDiffusion>(info.objective).mask_id;
  PackedRows rows;
  for (std::int64_t row = 0; row < batch; ++row) {
    auto ids = any_ids(kLength, row, info.vocab_tokens);
    std::fill(ids.end() - kMasked, ids.end(), mask);
    rows.append(ids);
    for (auto i = kMasked; i > 0; --i) rows.wanted.push_back(rows.tokens() - i);
  }
  return rows;
}

/// Steps per second.
double denoising_rate(const LanguageModel& model, const PackedRows& rows, double seconds) {
  std::size_t chosen = 0;
  const auto step = [&] {
    model.visit_logits(rows, [&](std::int64_t, const at::Tensor& logits) {
      chosen += choose_tokens(logits, /*temperature=*/0.0, {}).size();
    });
  };
  step();  // warm-up
  const auto begin = Clock::now();
  double elapsed = 0.0;
  std::int64_t steps = 0;
  do {
    step();
    ++steps;
    elapsed = seconds_since(begin);
  } while (elapsed < seconds && noted_signal() == 0);
  return static_cast<double>(steps) / elapsed;
}

/// Bytes of the weights that every step of decoding reads: all but the embedding.
double read_bytes(const ModelInfo& info, const ModelConfig& config) {
  const auto read = info.parameters - config.padded_vocab_size * config.n_embd;
  return static_cast<double>(read) * (info.compute == ComputeType::bf16 ? 2.0 : 4.0);
}

/// One kind of model in one arithmetic.
struct Subject {
  const LanguageModel& model;
  const ModelConfig& config;
  std::string backend, dtype;

  [[nodiscard]] bool arm() const { return backend == "arm"; }
};

/// What a number of sequences was measured at.
struct Measured {
  std::int64_t batch = 0;
  std::int64_t tokens = 0;  ///< of a step
  double work = 0.0;        ///< bytes or arithmetic of a step
  double rate = 0.0;        ///< steps per second
  double other = 0.0;       ///< of the other program; 0 without one
};

/// What bounds the steps: bytes or arithmetic per second.
double bound_of(const Subject& subject) {
  if (!subject.arm()) return matmul_peak(subject.dtype, c10::kCPU);
  return read_speed(static_cast<std::int64_t>(read_bytes(subject.model.info(), subject.config)));
}

double reference_of(const Subject& subject, std::int64_t batch, const BenchSettings& settings) {
  const auto text = [](std::int64_t value) { return std::to_string(value); };
  const auto& config = subject.config;
  return reference_rate(settings.reference,
                        {{"dtype", subject.dtype},
                         {"layers", text(config.n_layer)},
                         {"width", text(config.n_embd)},
                         {"heads", text(config.n_head)},
                         {"intermediate", text(config.intermediate_size)},
                         {"vocabulary", text(config.padded_vocab_size)},
                         {"rows", text(batch)},
                         {"length", text(kLength)},
                         {"masked", text(kMasked)},
                         {"threads", text(at::get_num_threads())},
                         {"seconds", std::to_string(settings.seconds)}},
                        "steps_per_second");
}

Measured measured(const Subject& subject, std::int64_t batch, const BenchSettings& settings) {
  const auto& model = subject.model;
  if (subject.arm()) {
    return {.batch = batch,
            .tokens = batch,
            .work = read_bytes(model.info(), subject.config),
            .rate = decoding_rate(model, batch, settings.seconds)};
  }
  const auto rows = masked_rows(model, batch);
  Measured all{.batch = batch,
               .tokens = rows.tokens(),
               .work = FlopCount(subject.config, /*causal=*/false)(rows),
               .rate = denoising_rate(model, rows, settings.seconds)};
  if (!settings.reference.empty()) all.other = reference_of(subject, batch, settings);
  return all;
}

using Rows = std::vector<std::vector<std::string>>;

void add_rows(const Subject& subject, const Measured& measured, double bound, Rows& rows) {
  const auto add = [&](const std::string& program, double rate) {
    rows.push_back({subject.backend, subject.dtype, program, std::to_string(measured.batch),
                    fixed_text(rate * static_cast<double>(measured.tokens), 1),
                    fixed_text(1000.0 / rate, 2),
                    fixed_text(bound / kGiga, 1) + (subject.arm() ? " GB/s" : " GFLOP/s"),
                    fixed_text(100.0 * rate * measured.work / bound, 1) + " %"});
  };
  add("smdm-eval", measured.rate);
  if (measured.other <= 0.0) return;
  add("reference", measured.other);
  rows.push_back({subject.backend, subject.dtype, "ratio", std::to_string(measured.batch),
                  fixed_text(measured.rate / measured.other, 2), "", "", ""});
}

/// All batches of one subject, up to a signal.
void measure(const Subject& subject, const BenchSettings& settings, Rows& rows) {
  const double before = bound_of(subject);
  std::vector<Measured> all;
  for (const auto batch : kBatches) {
    if (noted_signal() == 0) all.push_back(measured(subject, batch, settings));
  }
  const double bound = std::max(before, bound_of(subject));
  for (const auto& one : all) add_rows(subject, one, bound, rows);
}

/// The rows of the table, up to a signal.
Rows measured_rows(const ModelConfig& config, const BenchSettings& settings) {
  Rows rows;
  for (const auto& dtype : settings.dtypes) {
    const auto compute = dtype == "bf16" ? ComputeType::bf16 : ComputeType::f32;
    for (const auto& backend : settings.backends) {
      if (noted_signal() != 0) return rows;
      const auto kind = backend == "arm" ? ModelKind::arm : ModelKind::mdm;
      const auto model = random_model(config, kind, compute, c10::kCPU, /*seed=*/0);
      measure({.model = *model, .config = config, .backend = backend, .dtype = dtype}, settings,
              rows);
    }
  }
  return rows;
}

}  // namespace

void run_bench_generation(const BenchSettings& settings) {
  if (settings.device != "auto" && settings.device != "cpu")
    throw Error(ErrorKind::usage, "bench --generation: wanted --device cpu, got " +
                                      settings.device + ": it is measured against memory");
  const NotedSignals signals;
  Figures figures(settings.study.json);
  const auto config = family_config(settings.model_size);
  const auto rows = measured_rows(config, settings);
  using enum Align;
  const std::vector<Column> columns = {
      {.title = "Model", .align = left},     {.title = "Arithmetic", .align = left},
      {.title = "Program", .align = left},   {.title = "Batch", .align = right},
      {.title = "Tokens/s", .align = right}, {.title = "ms/step", .align = right},
      {.title = "Bound", .align = right},    {.title = "Share", .align = right}};
  figures.show(config.name + ", random weights, " + std::to_string(at::get_num_threads()) +
                   " threads; arm: decoding behind " + std::to_string(kPrompt) +
                   " tokens, mdm: denoising rows of " + std::to_string(kLength) + " tokens, " +
                   std::to_string(kMasked) + " masked",
               columns, rows);
  if (const int signal = noted_signal(); signal != 0)
    throw Stopped(signal, "stopped by " + signal_name(signal) +
                              ": rows are missing, the last one may be of few steps");
}

}  // namespace smdm
