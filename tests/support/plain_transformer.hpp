/// The transformer of SMDM-format checkpoints once more, for tests: loops in double over the
/// formulas of the reference's lit_gpt, sharing no code with models/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/checkpoint_writer.hpp"

namespace smdm::test {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;  // [T][...]

/// One position and one number at a time.
class PlainTransformer {
 public:
  /// @param config, tensors  of a small_config() and its random_tensors(); outlive this
  PlainTransformer(const nlohmann::json& config, const TensorMap& tensors);

  /// Logits [T][V] of one row.
  [[nodiscard]] Matrix logits(const std::vector<std::int64_t>& ids) const;

  /// Those at the positions begin .. end - 1 of a row, in whose layers all other positions have the
  /// keys and values that they have in the row `held`, which is as long.
  /// @return  [T][V], without meaning at the other positions
  [[nodiscard]] Matrix logits_over(const std::vector<std::int64_t>& held,
                                   const std::vector<std::int64_t>& ids,
                                   std::size_t begin,
                                   std::size_t end) const;

 private:
  [[nodiscard]] std::size_t size(const char* field) const;
  [[nodiscard]] Matrix embedded(const std::vector<std::int64_t>& ids) const;
  [[nodiscard]] Matrix logits_of(const Matrix& x) const;
  [[nodiscard]] Matrix attention_input(std::size_t layer, const Matrix& x) const;
  [[nodiscard]] Matrix block(std::size_t layer, Matrix x, const Matrix& n1) const;
  static void add(Vector& to, const Vector& what);
  [[nodiscard]] Vector norm(const std::string& name, const Vector& x) const;
  [[nodiscard]] Vector linear(const std::string& name, const Vector& x) const;
  [[nodiscard]] Vector mlp(const std::string& at, const Vector& x) const;
  [[nodiscard]] Matrix attention(const std::string& at, const Matrix& x) const;
  [[nodiscard]] Vector rotated(Vector x, std::size_t position) const;

  const nlohmann::json& config_;
  const TensorMap& tensors_;
  bool causal_;
};

}  // namespace smdm::test
