#include "training/objectives.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace smdm::training {
namespace {

std::int64_t learnable(const CorpusRow& row, std::int64_t length, bool next_token) {
  const auto given = next_token ? std::max<std::int64_t>(row.prompt, 1) : row.prompt;
  return std::max<std::int64_t>(length - given, 0);
}

/// The indices of the `count` smallest draws; equal ones by their place.
std::vector<std::int64_t> smallest(const std::vector<float>& draws, std::int64_t count) {
  std::vector<std::int64_t> order(draws.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  const auto less = [&](std::int64_t a, std::int64_t b) {
    const float x = draws[static_cast<std::size_t>(a)];
    const float y = draws[static_cast<std::size_t>(b)];
    return x < y || (x == y && a < b);
  };
  std::nth_element(order.begin(), order.begin() + (count - 1), order.end(), less);
  order.resize(static_cast<std::size_t>(count));
  std::sort(order.begin(), order.end());
  return order;
}

/// Places whose draw is below p.
std::vector<std::int64_t> below(const std::vector<float>& draws, double p) {
  std::vector<std::int64_t> places;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    if (double{draws[i]} < p) places.push_back(static_cast<std::int64_t>(i));
  }
  return places;
}

}  // namespace

std::int64_t learnable_tokens(const Corpus& corpus,
                              std::span<const BatchRow> rows,
                              const Objective& objective) {
  std::int64_t sum = 0;
  for (const auto& row : rows)
    sum += learnable(corpus.row(row.row), row.length, std::holds_alternative<NextToken>(objective));
  return sum;
}

/// A row's place in the examples that are being made.
struct ExampleMaker::RowView {
  std::span<const std::int32_t> ids;
  std::int64_t prompt;
  std::int64_t begin;  ///< of its tokens among the examples'
  std::int64_t sample;
};

ExampleMaker::ExampleMaker(const Corpus& corpus,
                           Objective objective,
                           MaskDraws draws,
                           std::int64_t mask_id)
    : corpus_(corpus), objective_(objective), draws_(draws), mask_id_(mask_id) {}

Examples ExampleMaker::make(std::span<const BatchRow> batch,
                            std::int64_t step,
                            std::size_t first,
                            std::size_t count) const {
  const auto learnt = std::max<std::int64_t>(learnable_tokens(corpus_, batch, objective_), 1);
  const double share = 1.0 / static_cast<double>(learnt);
  Examples examples;
  for (auto i = first; i < first + count; ++i) {
    const auto& at = batch[i];
    const RowView row{.ids = corpus_.ids(at.row).first(static_cast<std::size_t>(at.length)),
                      .prompt = corpus_.row(at.row).prompt,
                      .begin = examples.rows.tokens(),
                      .sample = at.sample};
    examples.rows.append(std::vector<std::int64_t>(row.ids.begin(), row.ids.end()));
    if (std::holds_alternative<NextToken>(objective_)) {
      add_next_tokens(row, static_cast<float>(share), examples);
    } else if (at.length > row.prompt) {
      add_masked(row, rate_of(step, i), share, examples);
    }
  }
  return examples;
}

void ExampleMaker::add_next_tokens(const RowView& row, float weight, Examples& examples) const {
  const auto length = static_cast<std::int64_t>(row.ids.size());
  for (auto next = std::max<std::int64_t>(row.prompt, 1); next < length; ++next) {
    examples.rows.wanted.push_back(row.begin + next - 1);
    examples.targets.push_back(row.ids[static_cast<std::size_t>(next)]);
    examples.weights.push_back(weight);
  }
}

/// Uniform in (0, 1): one draw per row, or one per batch and the fractional parts of multiples of
/// the golden ratio, which are evenly spread over any rows that follow each other.
double ExampleMaker::rate_of(std::int64_t step, std::size_t index) const {
  constexpr double kGolden = std::numbers::phi - 1.0;
  const std::array content = {step};
  const RandomStream stream(draws_.seed, draws_.rate, content);
  if (std::holds_alternative<BernoulliMasks>(objective_))
    return stream.uniform(0, static_cast<std::int64_t>(index));
  const double spread = stream.uniform(0, 0) + static_cast<double>(index) * kGolden;
  return spread - std::floor(spread);
}

void ExampleMaker::add_masked(const RowView& row,
                              double rate,
                              double weight,
                              Examples& examples) const {
  const std::array content = {row.sample};
  const auto learnt = static_cast<std::int64_t>(row.ids.size()) - row.prompt;
  std::vector<float> draws(static_cast<std::size_t>(learnt));
  RandomStream(draws_.seed, draws_.mask, content).uniform_floats(0, draws);
  std::vector<std::int64_t> hidden;
  double factor = 0.0;
  if (const auto* bernoulli = std::get_if<BernoulliMasks>(&objective_)) {
    const double p = (1.0 - bernoulli->epsilon) * rate + bernoulli->epsilon;
    hidden = below(draws, p);
    factor = 1.0 / p;
  } else {
    const double all = static_cast<double>(learnt);
    const auto count = std::min(learnt, 1 + static_cast<std::int64_t>(rate * all));
    hidden = smallest(draws, count);
    factor = all / static_cast<double>(count);
  }
  for (const auto place : hidden) {
    const auto at = row.begin + row.prompt + place;
    auto& id = examples.rows.ids[static_cast<std::size_t>(at)];
    examples.rows.wanted.push_back(at);
    examples.targets.push_back(id);
    examples.weights.push_back(static_cast<float>(factor * weight));
    id = mask_id_;
  }
}

}  // namespace smdm::training
