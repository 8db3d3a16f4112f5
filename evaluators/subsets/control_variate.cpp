// Two ridge regressions, one on top of the other: a curve over the share of hidden tokens that all
// tokens of the target have in common, then for each token what that curve leaves over. Only sums
// of products are kept, so the fit to all folds but one is the sums of all less those of the one.
#include "evaluators/subsets/control_variate.hpp"

#include <cmath>

#include "base/numbers/cholesky.hpp"

namespace smdm {
namespace {

// Found on real questions; any strengths are valid, they change the variance alone.
constexpr LossFeatures kCurveRidge = {0.0, 0.1, 0.1, 0.3, 0.3};
constexpr std::array<double, 4> kTokenRidge = {0.3, 1.0, 1.0, 1.0};

template <std::size_t N>
using Square = std::array<std::array<double, N>, N>;

double dot(const LossFeatures& a, const LossFeatures& b) {
  double sum = 0.0;
  for (std::size_t k = 0; k < kLossFeatures; ++k) sum += a[k] * b[k];
  return sum;
}

/// How a token's features (1, 1 + log(l/L), left, right) are made of the common ones. The mean of
/// 1 + log(l/L) over l is near 0, so that shrinking a slope leaves the offset alone.
constexpr std::array<LossFeatures, 4> kTokenFromCommon = {
    LossFeatures{1, 0, 0, 0, 0},
    LossFeatures{1, 1, 0, 0, 0},
    LossFeatures{0, 0, 0, 1, 0},
    LossFeatures{0, 0, 0, 0, 1},
};

}  // namespace

std::vector<LossFeatures> loss_features(const Subset& hidden, std::size_t length) {
  const auto level = static_cast<double>(hidden.size());
  const auto share = level / static_cast<double>(length);
  const auto expected = length > 1 ? (level - 1.0) / static_cast<double>(length - 1) : 0.0;
  std::vector<LossFeatures> features;
  features.reserve(hidden.size());
  for (std::size_t k = 0; k < hidden.size(); ++k) {
    const auto i = hidden[k];
    const bool left = k > 0 && hidden[k - 1] + 1 == i;
    const bool right = k + 1 < hidden.size() && hidden[k + 1] == i + 1;
    features.push_back({1.0, std::log(share), share,
                        i > 0 ? static_cast<double>(left) - expected : 0.0,
                        i + 1 < length ? static_cast<double>(right) - expected : 0.0});
  }
  return features;
}

void LossMoments::Sums::add(const LossFeatures& features, double loss, double weight) {
  for (std::size_t a = 0; a < kLossFeatures; ++a) {
    for (std::size_t b = 0; b < kLossFeatures; ++b) {
      products[a][b] += weight * features[a] * features[b];
    }
    losses[a] += weight * features[a] * loss;
  }
}

void LossMoments::Sums::add(const Sums& other, double sign) {
  for (std::size_t a = 0; a < kLossFeatures; ++a) {
    for (std::size_t b = 0; b < kLossFeatures; ++b) {
      products[a][b] += sign * other.products[a][b];
    }
    losses[a] += sign * other.losses[a];
  }
}

LossMoments::LossMoments(std::size_t length) : tokens_(length) {}

void LossMoments::add(const LossRow& row) {
  const auto features = loss_features(row.hidden, length());
  const auto weight = 1.0 / static_cast<double>(row.hidden.size());
  for (std::size_t k = 0; k < row.hidden.size(); ++k) {
    common_.add(features[k], row.losses[k], weight);
    tokens_[row.hidden[k]].add(features[k], row.losses[k], 1.0);
  }
}

void LossMoments::add(const LossMoments& other) {
  combine(other, 1.0);
}

void LossMoments::subtract(const LossMoments& other) {
  combine(other, -1.0);
}

void LossMoments::combine(const LossMoments& other, double sign) {
  common_.add(other.common_, sign);
  for (std::size_t i = 0; i < tokens_.size(); ++i) tokens_[i].add(other.tokens_[i], sign);
}

LossModel::LossModel(const LossMoments& moments) {
  auto products = moments.common_.products;
  for (std::size_t k = 0; k < kLossFeatures; ++k) products[k][k] += kCurveRidge[k];
  curve_ = solve_semidefinite(products, moments.common_.losses);
  for (const auto& sums : moments.tokens_) {
    LossFeatures residual{};  // products of the common features with what the curve leaves
    for (std::size_t k = 0; k < kLossFeatures; ++k) {
      residual[k] = sums.losses[k] - dot(sums.products[k], curve_);
    }
    Square<kTokenFeatures> own{};
    std::array<double, kTokenFeatures> wanted{};
    for (std::size_t a = 0; a < kTokenFeatures; ++a) {
      for (std::size_t b = 0; b < kTokenFeatures; ++b) {
        for (std::size_t k = 0; k < kLossFeatures; ++k) {
          own[a][b] += kTokenFromCommon[a][k] * dot(sums.products[k], kTokenFromCommon[b]);
        }
      }
      own[a][a] += kTokenRidge[a];
      wanted[a] = dot(kTokenFromCommon[a], residual);
    }
    tokens_.push_back(solve_semidefinite(own, wanted));
  }
}

double LossModel::predict(std::size_t token, const LossFeatures& features) const {
  double value = dot(curve_, features);
  for (std::size_t a = 0; a < kTokenFeatures; ++a) {
    value += tokens_[token][a] * dot(kTokenFromCommon[a], features);
  }
  return value;
}

double LossModel::mean() const {
  const auto length = static_cast<double>(tokens_.size());
  double log_share = 0.0;  // its mean over l = 1..L
  for (std::size_t level = 1; level <= tokens_.size(); ++level) {
    log_share += std::log(static_cast<double>(level) / length) / length;
  }
  const LossFeatures features = {1.0, log_share, (length + 1.0) / (2.0 * length), 0.0, 0.0};
  double sum = 0.0;
  for (std::size_t i = 0; i < tokens_.size(); ++i) sum += predict(i, features);
  return sum;
}

}  // namespace smdm
