/// What measurements of speed share.
#pragma once

#include <cstdint>
#include <string>

#include <c10/core/Device.h>

#include "models/config.hpp"
#include "models/language_model.hpp"
#include "models/packed_rows.hpp"

namespace smdm {

/// Multiplications and additions that a forward needs: linear layers on every token (behind the
/// last attention on wanted positions only), attention to visible tokens, the head at wanted
/// positions.
class FlopCount {
 public:
  FlopCount(const ModelConfig& config, bool causal) : config_(config), causal_(causal) {}

  [[nodiscard]] double operator()(const PackedRows& rows) const;

 private:
  /// Pairs of a token and one that it sees.
  [[nodiscard]] double visible(const PackedRows& rows) const;

  ModelConfig config_;
  bool causal_;
};

/// A linear layer's sizes: [rows, in] by [out, in].
struct LinearShape {
  std::int64_t rows = 0;
  std::int64_t in = 0;
  std::int64_t out = 0;
};

/// Rows of a product that is timed for an estimate: as many as a forward has or more.
inline constexpr std::int64_t kTimedRows = 2048;

/// FLOP/s of a linear layer on random numbers, over about a second behind one call that warms up.
[[nodiscard]] double linear_speed(const LinearShape& shape,
                                  ComputeType compute,
                                  c10::Device device);

/// FLOP/s of linear layers of [2048, 2048] by [2048, 2048], the best of several.
/// @param dtype  "f32" or "bf16"
[[nodiscard]] double matmul_peak(const std::string& dtype, c10::Device device);

/// Bytes per second at which all threads together read memory of so many bytes, the best of several
/// passes.
[[nodiscard]] double read_speed(std::int64_t bytes);

}  // namespace smdm
