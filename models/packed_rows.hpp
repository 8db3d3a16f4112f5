/// Rows of token ids of different lengths, end to end and without padding: the model's input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace smdm {

/// Keys and values of the first tokens of a row, or of all, frozen. Made by the model that read the
/// row; must not outlive that model.
class Prefix {
 public:
  Prefix() = default;
  Prefix(const Prefix&) = delete;
  Prefix& operator=(const Prefix&) = delete;
  virtual ~Prefix() = default;
  [[nodiscard]] virtual std::int64_t tokens() const = 0;  ///< how many it holds
};

/// One per row, null where a row has none; or empty.
using Prefixes = std::vector<std::shared_ptr<const Prefix>>;

/// Of the tokens that are held for a row, those it attends to besides its own: the first `before`
/// and the last `behind`.
struct Surroundings {
  std::int64_t before = 0;
  std::int64_t behind = 0;
};

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

  /// [R], or empty: a row with a prefix attends to it as if its tokens stood before the row's own,
  /// whose positions count on from there. Masked diffusion models only (an autoregressive row
  /// continues another); such a row is kept by no prefix itself.
  Prefixes prefixes;

  /// [R], or empty: the position at which a row over a prefix begins, 0 up to the number of the
  /// prefix's tokens; kNone is that number. The row takes the place of the prefix's tokens at its
  /// own positions: it attends to those before them, to itself and to those behind them, as if they
  /// stood in this order.
  std::vector<std::int64_t> begins;

  /// [R], or empty: how many of the row's first tokens become a prefix, 0 for none.
  std::vector<std::int64_t> keep;

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

  /// Rows first .. last - 1 with what is wanted of them, as a batch of their own. REQUIRES: they
  /// continue no others, have no prefixes, keep none, and are not guided
  [[nodiscard]] PackedRows some(std::size_t first, std::size_t last) const;

  /// What row r sees of the tokens that its prefix or its cache holds.
  /// @param held  how many these are
  [[nodiscard]] Surroundings around(std::size_t row, std::int64_t held) const;

  /// Appends a row and returns its index. @param parent the row it continues, or kNone
  std::int64_t append(std::span<const std::int64_t> row, std::int64_t parent = kNone);
};

}  // namespace smdm
