// Policies by themselves, on made-up tables of what is known of each position: each rule is stated
// a second time, in the plainest form, and both go through ten thousand documents side by side.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include "evaluators/generation/policies/policy.hpp"
#include "evaluators/generation/revealed_counts.hpp"
#include "evaluators/generation/schedule.hpp"
#include "tests/support/catch.hpp"

namespace smdm {
namespace {

using Positions = std::vector<std::size_t>;

/// What is known of the positions at each step: looked up, never computed.
class Table {
 public:
  explicit Table(std::uint64_t seed) : seed_(seed) {}

  /// Few different values, so that many are equal.
  [[nodiscard]] Candidate at(std::int64_t step, std::size_t position) const {
    auto state = seed_ * 0x9e3779b97f4a7c15U + static_cast<std::uint64_t>(step) * 1009U +
                 static_cast<std::uint64_t>(position) * 31U;
    const auto bits = [&state] {
      state = (state ^ (state >> 29U)) * 0xbf58476d1ce4e5b9U + 0x94d049bb133111ebU;
      return state >> 40U;
    };
    const auto some = [&bits](double most) { return static_cast<double>(bits() % 9) / 8.0 * most; };
    Candidate one{.position = position, .token = static_cast<std::int64_t>(bits() % 5)};
    one.log_confidence = std::log(0.05 + some(0.95));
    one.entropy = some(0.5);  // sums of these are exact
    one.best = 0.5 + some(0.5);
    one.second = some(0.5);
    return one;
  }

  /// What chance says of a position at a step, one of few values.
  [[nodiscard]] float draw(std::int64_t step, std::size_t position) const {
    const auto known = Table(seed_ + 0x51ed270bU).at(step, position);
    return static_cast<float>(known.best - 0.5 + known.second * 0.125);
  }

 private:
  std::uint64_t seed_;
};

/// The candidate of largest value, the lowest of equals, taken out of `open`.
std::size_t take_best(Positions& open, const std::map<std::size_t, double>& value) {
  auto best = open.front();
  for (const auto one : open) {
    if (value.at(one) > value.at(best)) best = one;
  }
  std::erase(open, best);
  return best;
}

/// What the rule of a sampler without a number of steps reveals of the candidates in one step.
Positions accepted(const PolicyConfig& config, const std::vector<Candidate>& candidates) {
  Positions open;
  std::map<std::size_t, double> sure;
  const bool by_entropy = config.sampler == Sampler::entropy_bound;
  for (const auto& one : candidates) {
    open.push_back(one.position);
    sure[one.position] = by_entropy ? -one.entropy : std::exp(one.log_confidence);
  }
  Positions ranked;
  while (!open.empty()) ranked.push_back(take_best(open, sure));
  Positions passed;
  for (std::size_t r = 1; r <= ranked.size(); ++r) {
    const auto value = sure.at(ranked[r - 1]);
    bool passes = r == 1;
    if (config.sampler == Sampler::threshold) passes = passes || value >= config.threshold;
    if (config.sampler == Sampler::factor)
      passes = passes || value >= 1.0 - config.factor / (static_cast<double>(r) + 1.0);
    if (by_entropy) {
      double sum = 0.0;
      double most = 0.0;
      for (std::size_t k = 0; k < r; ++k) {
        sum += -sure.at(ranked[k]);
        most = std::max(most, -sure.at(ranked[k]));
      }
      passes = passes || sum - most <= config.entropy_bound;
    }
    if (!passes) break;
    passed.push_back(ranked[r - 1]);
  }
  return passed;
}

using History = std::vector<std::pair<std::int64_t, std::set<std::size_t>>>;

std::vector<Positions> blocks_of(const PolicyConfig& config, const Positions& hidden) {
  const auto length =
      config.block_length == 0 ? hidden.size() : static_cast<std::size_t>(config.block_length);
  std::vector<Positions> blocks;
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    if (i % length == 0) blocks.emplace_back();
    blocks.back().push_back(hidden[i]);
  }
  return blocks;
}

/// Without a number of steps: block by block, what the rule accepts.
History expected_of_rule(const PolicyConfig& config, const Positions& hidden, const Table& table) {
  History history;
  std::int64_t step = 0;
  for (auto open : blocks_of(config, hidden)) {
    while (!open.empty()) {
      std::vector<Candidate> candidates;
      for (const auto one : open) candidates.push_back(table.at(step, one));
      const auto passed = accepted(config, candidates);
      for (const auto one : passed) std::erase(open, one);
      history.emplace_back(step++, std::set(passed.begin(), passed.end()));
    }
  }
  return history;
}

/// How sure a sampler is of a position at a step.
double sureness(const PolicyConfig& config,
                std::int64_t step,
                std::size_t position,
                const Table& table) {
  const auto known = table.at(step, position);
  const bool dream = config.sampler == Sampler::dream;
  if (config.sampler == Sampler::llada && config.remasking == Remasking::random)
    return table.draw(step, position);
  if (config.sampler == Sampler::margin ||
      (dream && config.algorithm == DreamAlgorithm::topk_margin))
    return known.best - known.second;
  if (config.sampler == Sampler::entropy || (dream && config.algorithm == DreamAlgorithm::entropy))
    return -known.entropy;
  return known.log_confidence;
}

/// Takes the `count` surest out of `open`.
std::set<std::size_t> take_surest(Positions& open,
                                  std::int64_t count,
                                  const PolicyConfig& config,
                                  std::int64_t step,
                                  const Table& table) {
  std::map<std::size_t, double> sure;
  for (const auto one : open) sure[one] = sureness(config, step, one, table);
  std::set<std::size_t> taken;
  for (; count > 0; --count) taken.insert(take_best(open, sure));
  return taken;
}

/// By a plan: each step of a block reveals its even share.
History expected_of_plan(const PolicyConfig& config, const Positions& hidden, const Table& table) {
  History history;
  const auto blocks = blocks_of(config, hidden);
  const auto steps = std::max<std::int64_t>(config.steps / std::ssize(blocks), 1);
  std::int64_t step = 0;
  for (auto open : blocks) {
    const auto size = std::ssize(open);
    for (std::int64_t s = 0; s < steps; ++s, ++step) {
      const auto count = size / steps + (s < size % steps ? 1 : 0);
      if (count > 0) history.emplace_back(step, take_surest(open, count, config, step, table));
    }
  }
  return history;
}

/// Along the times of a diffusion: of n hidden positions int(n (1 - s / t)), or each by itself with
/// the chance 1 - s / t; in the last step all. In float32, as published.
History expected_in_time(const PolicyConfig& config, const Positions& hidden, const Table& table) {
  const bool dream = config.sampler == Sampler::dream;
  const bool by_chance =
      config.sampler == Sampler::ancestral || (dream && config.algorithm == DreamAlgorithm::origin);
  const auto times = diffusion_times(config.steps, dream ? 1e-3F : 1e-5F);
  History history;
  auto open = hidden;
  for (std::int64_t step = 0; step < config.steps; ++step) {
    const auto t = times.at(static_cast<std::size_t>(step));
    const auto s = times.at(static_cast<std::size_t>(step) + 1);
    const float share = step + 1 == config.steps ? 1.0F : 1.0F - s / t;
    std::set<std::size_t> revealed;
    if (by_chance) {
      for (const auto one : open) {
        if (table.draw(step, one) < share) revealed.insert(one);
      }
      for (const auto one : revealed) std::erase(open, one);
    } else {
      const auto count = std::floor(static_cast<float>(open.size()) * share);
      revealed = take_surest(open, static_cast<std::int64_t>(count), config, step, table);
    }
    if (!revealed.empty()) history.emplace_back(step, revealed);
  }
  return history;
}

/// A document by the second statement of its rule.
History expected(const PolicyConfig& config, const Positions& hidden, const Table& table) {
  switch (config.sampler) {
    case Sampler::threshold:
    case Sampler::factor:
    case Sampler::entropy_bound:
      return expected_of_rule(config, hidden, table);
    case Sampler::llada:
    case Sampler::margin:
    case Sampler::entropy:
      return expected_of_plan(config, hidden, table);
    case Sampler::confidence:
    case Sampler::ancestral:
    case Sampler::dream:
      break;
  }
  return expected_in_time(config, hidden, table);
}

History history_of(const PolicyConfig& config, Positions hidden, const Table& table) {
  History history;
  const auto policy = make_policy(
      config, hidden,
      {.uniform = [&](std::int64_t step, std::size_t one) { return table.draw(step, one); },
       .exponential = {}});
  while (!hidden.empty()) {
    const auto step = policy->next(hidden);
    if (!step || step->wanted.empty()) FAIL("a document was left unfinished");
    std::vector<Candidate> candidates;
    for (const auto one : step->wanted) candidates.push_back(table.at(step->number, one));
    std::set<std::size_t> revealed;
    for (const auto index : policy->choose(candidates)) revealed.insert(step->wanted.at(index));
    for (const auto one : revealed) std::erase(hidden, one);
    history.emplace_back(step->number, revealed);
  }
  if (policy->next(hidden)) FAIL("a finished document goes on");
  return history;
}

/// Every sampler, in each of its ways to rank positions that has no temperature of its own.
std::vector<PolicyConfig> ways_to_rank() {
  std::vector<PolicyConfig> ways;
  for (const auto& entry : kAllSamplers) {
    if (entry.value != Sampler::dream) ways.push_back({.sampler = entry.value});
  }
  ways.push_back({.sampler = Sampler::llada, .remasking = Remasking::random});
  for (const auto& algorithm : kAllDreamAlgorithms)
    ways.push_back({.sampler = Sampler::dream, .algorithm = algorithm.value});
  return ways;
}

TEST_CASE("policies reveal what a second statement of their rules says, step by step") {
  std::mt19937 bits(11);
  for (auto config : ways_to_rank()) {
    for (std::uint64_t seed = 0; seed < 10000; ++seed) {
      Positions hidden;
      for (std::size_t position = 3; hidden.empty() || position < 15; ++position) {
        if (bits() % 4 != 0) hidden.push_back(position);  // holes, as prompts with masks have
      }
      config.steps = 1 + static_cast<std::int64_t>(bits() % 16);
      config.block_length = static_cast<std::int64_t>(bits() % 6);
      config.threshold = 0.05 + 0.05 * static_cast<double>(bits() % 19);
      config.factor = 0.1 + 0.2 * static_cast<double>(bits() % 20);
      config.entropy_bound = 0.0625 * static_cast<double>(bits() % 20);
      const Table table(seed);
      if (history_of(config, hidden, table) == expected(config, hidden, table)) continue;
      INFO(name_of(kAllSamplers, config.sampler)
           << ", " << name_of(kAllDreamAlgorithms, config.algorithm) << ", "
           << name_of(kAllRemaskings, config.remasking) << ", seed " << seed);
      REQUIRE(history_of(config, hidden, table) == expected(config, hidden, table));
    }
  }
}

TEST_CASE("what is said beforehand of the steps is what they reveal") {
  std::mt19937 bits(12);
  std::set<std::string> settled;
  for (auto config : ways_to_rank()) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      Positions hidden(1 + bits() % 12);
      std::iota(hidden.begin(), hidden.end(), std::size_t{5});
      config.steps = 1 + static_cast<std::int64_t>(bits() % 14);
      config.block_length = static_cast<std::int64_t>(bits() % 6);
      const auto counts = revealed_counts(config, hidden.size());
      if (!counts) continue;
      settled.insert(name_of(kAllSamplers, config.sampler));
      std::vector<std::size_t> seen;
      for (const auto& [step, revealed] : history_of(config, hidden, Table(seed)))
        seen.push_back(revealed.size());
      REQUIRE(*counts == seen);
    }
  }
  CHECK(settled == std::set<std::string>{"confidence", "dream", "entropy", "llada", "margin"});
  CHECK_FALSE(revealed_counts({.sampler = Sampler::ancestral}, 6).has_value());
  CHECK_FALSE(revealed_counts({.sampler = Sampler::threshold}, 6).has_value());
  CHECK_FALSE(revealed_counts({.sampler = Sampler::dream, .algorithm = DreamAlgorithm::origin}, 6)
                  .has_value());
  CHECK(revealed_counts({.sampler = Sampler::llada, .steps = 4}, 6) ==
        std::vector<std::size_t>{2, 2, 1, 1});
  CHECK(revealed_counts({.sampler = Sampler::dream, .steps = 4, .algorithm_temperature = 0.5}, 8)
            .value()
            .size() <= 4);
}

TEST_CASE("numbers that no sampler can have are refused") {
  const auto refused = [](const PolicyConfig& config) {
    CHECK_THROWS_AS(check_policy(config), std::invalid_argument);
  };
  check_policy({});
  check_policy({.threshold = 1.0});
  refused({.steps = -1});
  refused({.block_length = -1});
  refused({.threshold = 0.0});
  refused({.threshold = 1.01});
  refused({.threshold = std::nan("")});
  refused({.factor = 0.0});
  refused({.entropy_bound = -0.1});
  refused({.algorithm_temperature = -1.0});
}

TEST_CASE("factor as published: the last candidate goes along if it is the first to fail") {
  const std::vector<std::size_t> hidden = {0, 1, 2};
  std::vector<Candidate> candidates;
  for (const double p : {0.9, 0.8, 0.1})
    candidates.push_back({.position = candidates.size(), .log_confidence = std::log(p)});
  const auto revealed = [&](std::size_t count, bool takes_last) {
    const auto policy =
        make_policy({.sampler = Sampler::factor, .factor = 1.0, .takes_last_candidate = takes_last},
                    std::span(hidden).first(count), {});
    CHECK(policy->next(std::span(hidden).first(count)));
    return policy->choose(std::span(candidates).first(count)).size();
  };
  CHECK(revealed(3, false) == 2);
  CHECK(revealed(3, true) == 3);
  CHECK(revealed(2, false) == 2);
  candidates[1].log_confidence = std::log(0.2);
  CHECK(revealed(3, true) == 1);  // the second fails, and is not the last
  CHECK(revealed(2, false) == 1);
  CHECK(revealed(2, true) == 2);
}

TEST_CASE("the most steps of a document are one for each block at least") {
  const PolicyConfig blocks{.sampler = Sampler::margin, .steps = 2, .block_length = 4};
  CHECK(most_steps(blocks, 16) == 4);
  CHECK(most_steps({.sampler = Sampler::margin, .steps = 8, .block_length = 4}, 16) == 8);
  CHECK(most_steps({.sampler = Sampler::margin, .steps = 9, .block_length = 4}, 16) == 8);
  CHECK(most_steps({.sampler = Sampler::margin, .steps = 2}, 16) == 2);
  CHECK(most_steps({.sampler = Sampler::margin, .steps = 64, .block_length = 4}, 16) == 16);
  CHECK(most_steps({.sampler = Sampler::threshold, .steps = 2}, 16) == 16);
}

}  // namespace
}  // namespace smdm
