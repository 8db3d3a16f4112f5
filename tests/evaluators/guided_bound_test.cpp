// Guidance does not spoil the bound, by enumeration of every string of a small vocabulary: guided
// conditionals are distributions, so whatever order they are multiplied in, their products sum to
// one over all strings, and so does the mean of these products over the orders. The bound is the
// mean of their logarithms.
#include <cmath>
#include <cstdint>
#include <vector>

#include "evaluators/likelihood/likelihood.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_model.hpp"

namespace smdm {
namespace {

using test::FakeModel;

constexpr std::int64_t kTokens = 3;  ///< of the vocabulary; the mask is behind them
const std::vector<std::int64_t> kContext = {2, 0, 1};

/// Tokens and positions that depend on each other, and on the context; masks say nothing, whichever
/// id beyond the vocabulary they have.
std::vector<float> interacting_logits(std::span<const std::int64_t> ids, std::size_t position) {
  std::vector<float> logits;
  logits.reserve(kTokens);
  for (std::int64_t token = 0; token < kTokens; ++token) {
    double value = 0.3 * static_cast<double>(token);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (i == position || ids[i] >= kTokens) continue;
      const auto seen = static_cast<double>(3 * ids[i] + token);
      value +=
          1.5 * std::sin(1.7 * seen + static_cast<double>(i) - 0.8 * static_cast<double>(position));
    }
    logits.push_back(static_cast<float>(value));
  }
  return logits;
}

/// Every string of `length` tokens behind the context.
std::vector<TokenRequest> all_strings(std::size_t length) {
  std::vector<TokenRequest> strings = {{.context = kContext, .continuation = {}}};
  for (std::size_t place = 0; place < length; ++place) {
    std::vector<TokenRequest> longer;
    longer.reserve(strings.size() * kTokens);
    for (const auto& string : strings) {
      for (std::int64_t token = 0; token < kTokens; ++token) {
        longer.push_back(string);
        longer.back().continuation.push_back(token);
      }
    }
    strings = std::move(longer);
  }
  return strings;
}

/// The probability that the guided model writes a string token by token in a random order: one with
/// every token shown, and with fewer the mean over the next token of its probability times what
/// follows.
double mixture_over_orders(const FakeModel& model, const TokenRequest& string, double cfg) {
  const auto length = string.continuation.size();
  const auto all = (std::size_t{1} << length) - 1;
  std::vector<double> written(all + 1, 1.0);  // by the bits of the shown tokens
  for (std::size_t shown = all; shown-- > 0;) {
    auto ids = string.context;
    for (std::size_t i = 0; i < length; ++i)
      ids.push_back((shown >> i & 1U) != 0 ? string.continuation[i] : kTokens);
    double sum = 0.0;
    double hidden = 0.0;
    for (std::size_t i = 0; i < length; ++i) {
      if ((shown >> i & 1U) != 0) continue;
      const auto log_p = model.log_p(ids, kContext.size() + i, cfg, kContext.size());
      const auto token = static_cast<std::size_t>(string.continuation[i]);
      sum += std::exp(log_p[token]) * written[shown | std::size_t{1} << i];
      hidden += 1.0;
    }
    written[shown] = sum / hidden;
  }
  return written[0];
}

TEST_CASE("under guidance the bound is one of the guided model that writes in any order") {
  const FakeModel model(
      {.objective = MaskedDiffusion{.mask_id = kTokens}, .vocab_tokens = kTokens, .max_tokens = 16},
      interacting_logits);
  for (const std::size_t length : {3U, 4U}) {
    const auto strings = all_strings(length);
    double last_gap = 0.0;
    for (const double cfg : {0.5, 1.0, 2.0}) {
      INFO("length " << length << ", w = " << cfg);
      const auto bounds = score(model, strings, {.estimator = ExactSum{}, .cfg = cfg});
      double sum_of_bounds = 0.0;
      double sum_of_mixtures = 0.0;
      double gap = 0.0;  // summed over all strings alike
      for (std::size_t k = 0; k < strings.size(); ++k) {
        const auto mixture = mixture_over_orders(model, strings[k], cfg);
        CHECK(bounds[k].nats <= std::log(mixture) + 1e-5);
        sum_of_bounds += std::exp(bounds[k].nats);
        sum_of_mixtures += mixture;
        gap += std::log(mixture) - bounds[k].nats;
      }
      CHECK(sum_of_mixtures == Approx(1.0).margin(1e-9));
      CHECK(sum_of_bounds <= 1.0);
      CHECK(sum_of_bounds > 0.2);  // no bound for a trivial reason
      CHECK(gap > last_gap);
      last_gap = gap;
    }
  }
}

/// The same model at a temperature.
FakeModel tempered(double temperature) {
  return {
      {.objective = MaskedDiffusion{.mask_id = kTokens}, .vocab_tokens = kTokens, .max_tokens = 16},
      [temperature](std::span<const std::int64_t> ids, std::size_t position) {
        auto logits = interacting_logits(ids, position);
        for (auto& logit : logits) logit = static_cast<float>(logit / temperature);
        return logits;
      }};
}

TEST_CASE("any-order likelihoods of all strings sum to one, guided or not, at any temperature") {
  for (const double temperature : {0.5, 1.0, 2.0}) {
    const auto model = tempered(temperature);
    for (const double cfg : {0.0, 0.5, 2.0}) {
      for (const std::size_t length : {1U, 3U, 4U}) {
        INFO("temperature " << temperature << ", w = " << cfg << ", length " << length);
        const auto strings = all_strings(length);
        const auto estimates = score(model, strings, {.estimator = ExactSum{}, .cfg = cfg});
        double sum = 0.0;
        for (std::size_t k = 0; k < strings.size(); ++k) {
          const double any_order = estimates[k].values.value().any_order;
          const double written = std::log(mixture_over_orders(model, strings[k], cfg));
          CHECK(any_order == Approx(written).margin(1e-5));
          sum += std::exp(any_order);
        }
        CHECK(sum == Approx(1.0).margin(1e-5));
      }
    }
  }
}

}  // namespace
}  // namespace smdm
