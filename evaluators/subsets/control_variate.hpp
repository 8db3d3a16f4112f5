/// A regression of token losses on what a row hides: the control variate of `balanced`.
///
/// Nearly all of the spread between rows comes from which tokens a row hides and whether their
/// neighbours are visible. Both have known means under a uniform subset, so a model fitted to other
/// folds can be subtracted and its mean added back without bias, however bad the fit.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "evaluators/subsets/draws.hpp"

namespace smdm {

/// One row's hidden tokens and their losses, in nats.
struct LossRow {
  Subset hidden;
  std::vector<double> losses;  ///< -log p of each, as long as `hidden`
};

/// What a token's loss is regressed on: 1, log(l/L), l/L, and for each neighbour whether it is
/// hidden minus how often it is when the token is and l tokens are: (l - 1) / (L - 1). A missing
/// neighbour counts 0, because only then is the mean 0 everywhere.
inline constexpr std::size_t kLossFeatures = 5;
using LossFeatures = std::array<double, kLossFeatures>;

/// Features of each hidden token of a row.
[[nodiscard]] std::vector<LossFeatures> loss_features(const Subset& hidden, std::size_t length);

/// Sums of products of features and losses: all that a fit needs of rows.
class LossMoments {
 public:
  explicit LossMoments(std::size_t length);

  void add(const LossRow& row);
  void add(const LossMoments& other);
  void subtract(const LossMoments& other);
  [[nodiscard]] std::size_t length() const { return tokens_.size(); }

 private:
  friend class LossModel;
  using Matrix = std::array<std::array<double, kLossFeatures>, kLossFeatures>;
  struct Sums {
    Matrix products{};
    LossFeatures losses{};
    void add(const LossFeatures& features, double loss, double weight);
    void add(const Sums& other, double sign);
  };
  void combine(const LossMoments& other, double sign);

  Sums common_;  ///< rows weigh alike: a token of a row that hides l counts 1/l
  std::vector<Sums> tokens_;
};

/// m(i, S): one curve for all tokens, and per token an offset, a slope over the level and a
/// coefficient for each neighbour, by ridge regression.
class LossModel {
 public:
  explicit LossModel(const LossMoments& moments);

  [[nodiscard]] double predict(std::size_t token, const LossFeatures& features) const;

  /// (1/L) * sum over l = 1..L and i of the mean of m(i, S) over subsets S of size l with i: the
  /// model's own negative bound.
  [[nodiscard]] double mean() const;

 private:
  static constexpr std::size_t kTokenFeatures = 4;
  LossFeatures curve_{};
  std::vector<std::array<double, kTokenFeatures>> tokens_;
};

}  // namespace smdm
