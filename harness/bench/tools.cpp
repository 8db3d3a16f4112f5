// What speed is set against: the arithmetic that forwards need, counted, and what this machine
// gives, measured: products of matrices, the reading of memory.
#include "harness/bench/tools.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/core/Tensor.h>

#include "models/cpu/row_ranges.hpp"

namespace smdm {
namespace {

at::ScalarType dtype_of(const std::string& name) {
  return name == "bf16" ? at::kBFloat16 : at::kFloat;
}

/// Seconds of a linear layer on a device, to its end.
double seconds_of(const at::Tensor& a, const at::Tensor& b) {
  const auto begin = std::chrono::steady_clock::now();
  at::linear(a, b).select(0, 0).sum().item<float>();  // waits for the device
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// The sum of the numbers; memory is asked for ahead, as products of few rows do.
std::uint64_t sum_of(const std::uint64_t* numbers, std::int64_t count) {
  constexpr std::int64_t kAhead = 512;  // numbers: 4096 bytes
  constexpr std::int64_t kLine = 8;
  std::array<std::uint64_t, kLine> sums{};
  for (std::int64_t i = 0; i + kLine <= count; i += kLine) {
    __builtin_prefetch(numbers + i + kAhead, 0, 2);
    for (std::int64_t j = 0; j < kLine; ++j) sums[static_cast<std::size_t>(j)] += numbers[i + j];
  }
  return std::accumulate(sums.begin(), sums.end(), std::uint64_t{0});
}

}  // namespace

double FlopCount::operator()(const PackedRows& rows) const {
  const auto width = static_cast<double>(config_.n_embd);
  const auto layers = static_cast<double>(config_.n_layer);
  const auto joint =
      static_cast<double>((config_.n_head + 2 * config_.n_query_groups) * config_.head_size());
  const double rest = width * width + 3.0 * width * static_cast<double>(config_.intermediate_size);
  const auto tokens = static_cast<double>(rows.tokens());
  const auto wanted = static_cast<double>(rows.wanted.size() + rows.unconditional.size());
  const double linear = layers * tokens * joint * width + ((layers - 1.0) * tokens + wanted) * rest;
  const double head = static_cast<double>(rows.wanted.size() *
                                          static_cast<std::size_t>(config_.padded_vocab_size)) *
                      width;
  return 2.0 * (linear + head + 2.0 * layers * visible(rows) * width);
}

double FlopCount::visible(const PackedRows& rows) const {
  double pairs = 0.0;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const auto length = static_cast<double>(rows.length(row));
    const auto parent = rows.parent(row);
    const double past = parent ? static_cast<double>(rows.length(*parent)) : 0.0;
    pairs += length * past + (causal_ ? length * (length + 1.0) / 2.0 : length * length);
  }
  return pairs;
}

double linear_speed(const LinearShape& shape, ComputeType compute, c10::Device device) {
  constexpr double kEnough = 1.0;  // seconds
  const auto type = compute == ComputeType::bf16 ? at::kBFloat16 : at::kFloat;
  const auto options = at::TensorOptions(device).dtype(type);
  const auto a = at::rand({shape.rows, shape.in}, options);
  const auto b = at::rand({shape.out, shape.in}, options);
  static_cast<void>(seconds_of(a, b));
  double seconds = 0.0;
  double products = 0.0;
  for (; seconds < kEnough; ++products) seconds += seconds_of(a, b);
  return 2.0 * products * static_cast<double>(shape.rows * shape.in * shape.out) / seconds;
}

double matmul_peak(const std::string& dtype, c10::Device device) {
  // A GPU would spend most of the time of a small product on starting it.
  const std::int64_t size = device.is_cpu() ? 2048 : 8192;
  constexpr int kRepeats = 12;
  const auto options = at::TensorOptions(device).dtype(dtype_of(dtype));
  const auto a = at::rand({size, size}, options);
  const auto b = at::rand({size, size}, options);
  double best = 1e9;
  for (int i = 0; i < kRepeats; ++i) best = std::min(best, seconds_of(a, b));
  return 2.0 * static_cast<double>(size * size * size) / best;
}

double read_speed(std::int64_t bytes) {
  constexpr std::int64_t kBlock = 8192;  // numbers
  constexpr int kRepeats = 6;
  const auto blocks = bytes / static_cast<std::int64_t>(sizeof(std::uint64_t)) / kBlock + 1;
  const std::vector<std::uint64_t> numbers(static_cast<std::size_t>(blocks * kBlock), 1);
  double best = 1e9;
  for (int i = 0; i < kRepeats; ++i) {
    std::atomic<std::uint64_t> sum = 0;
    const auto begin = std::chrono::steady_clock::now();
    cpu::for_row_ranges(blocks, 1, [&](std::int64_t first, std::int64_t last) {
      sum += sum_of(numbers.data() + first * kBlock, (last - first) * kBlock);
    });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    if (sum != numbers.size()) throw std::logic_error("memory was not read");
    best = std::min(best, seconds.count());
  }
  return static_cast<double>(numbers.size() * sizeof(std::uint64_t)) / best;
}

}  // namespace smdm
