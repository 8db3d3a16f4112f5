/// Rows of token ids of different lengths, end to end and without padding: the model's input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace smdm {

/// R rows with N tokens in all, of which the logits at W positions are wanted.
///
/// A position is an index into `ids`, so it names its row too. The same position may be wanted
/// several times in a row (to score several tokens there); the model computes it once.
struct PackedRows {
  std::vector<std::int64_t> ids;  ///< [N]
  std::vector<std::int64_t> offsets{
      0};  ///< [R + 1], row r is ids[offsets[r]] .. ids[offsets[r + 1] - 1]

  /// [R]: the earlier row that row r continues, or kNone. A continuing row attends to that row's
  /// tokens as if they stood before its own, and its positions count on from there. Autoregressive
  /// models only; the row continued must not itself continue another.
  std::vector<std::int64_t> continues;

  std::vector<std::int64_t> wanted;  ///< [W], non-decreasing

  /// [W], or empty without guidance: the position that gives the unconditional logits of each
  /// wanted one. The logits at wanted[w] are then un + (guidance + 1) * (cond - un).
  std::vector<std::int64_t> unconditional;
  double guidance = 0.0;  ///< w of classifier-free guidance; read only where `unconditional` is set

  static constexpr std::int64_t kNone = -1;

  [[nodiscard]] std::size_t rows() const noexcept { return offsets.size() - 1; }
  [[nodiscard]] std::int64_t tokens() const noexcept { return offsets.back(); }

  /// Tokens of row r.
  [[nodiscard]] std::int64_t length(std::size_t row) const {
    return offsets[row + 1] - offsets[row];
  }

  /// The row that row r continues, if it continues one.
  [[nodiscard]] std::optional<std::size_t> parent(std::size_t row) const;

  /// Appends a row and returns its index. @param parent the row it continues, or kNone
  std::int64_t append(std::span<const std::int64_t> row, std::int64_t parent = kNone);
};

}  // namespace smdm
