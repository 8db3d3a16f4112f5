// Likelihoods, greedy verdicts and their order against the reference's recorded runs in
// tests/golden, with the reference's own random draws.
#include <set>
#include <utility>
#include <vector>

#include <torch/types.h>

#include "base/numbers/mean.hpp"
#include "evaluators/generation/token_choice.hpp"
#include "evaluators/likelihood/greedy_verdict.hpp"
#include "evaluators/likelihood/likelihood.hpp"
#include "evaluators/rows/masked_sequence.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden_model.hpp"

namespace smdm {
namespace {

using nlohmann::json;
using test::golden_cases;
using test::golden_model_of;
using test::Ids;
using test::near_golden;

constexpr std::size_t kPaddedLength = 2048;

/// The same group, every row widened with masks as the reference's `padding` option does it.
RowGroup padded(const RowGroup& group, std::int64_t mask_id) {
  RowGroup wide;
  wide.tokens = group.tokens;
  wide.rows.guidance = group.rows.guidance;
  const auto width = static_cast<std::int64_t>(kPaddedLength);
  for (std::size_t r = 0; r < group.rows.rows(); ++r) {
    Ids row(group.rows.ids.begin() + group.rows.offsets[r],
            group.rows.ids.begin() + group.rows.offsets[r + 1]);
    row.resize(kPaddedLength, mask_id);
    wide.rows.append(row);
  }
  const auto moved = [&](std::int64_t position) {
    std::size_t r = 0;
    while (position >= group.rows.offsets[r + 1]) ++r;
    return static_cast<std::int64_t>(r) * width + position - group.rows.offsets[r];
  };
  for (const auto position : group.rows.wanted) wide.rows.wanted.push_back(moved(position));
  for (const auto position : group.rows.unconditional) {
    wide.rows.unconditional.push_back(moved(position));
  }
  return wide;
}

/// Passes another source's groups on, padded where wanted, and remembers their conditional rows.
class Replay final : public ScoreSource {
 public:
  Replay(std::unique_ptr<ScoreSource> inner,
         bool padding,
         std::int64_t mask_id,
         std::set<Ids>* seen)
      : inner_(std::move(inner)), padding_(padding), mask_id_(mask_id), seen_(seen) {}

  std::optional<RowGroup> next() override {
    auto group = inner_->next();
    if (!group) return group;
    seen_->insert(Ids(group->rows.ids.begin(), group->rows.ids.begin() + group->rows.offsets[1]));
    if (padding_) return padded(*group, mask_id_);
    return group;
  }
  void take(const Scores& scores) override { inner_->take(scores); }
  void finish() override { inner_->finish(); }

 private:
  std::unique_ptr<ScoreSource> inner_;
  bool padding_;
  std::int64_t mask_id_;
  std::set<Ids>* seen_;
};

struct Replayed {
  Estimate estimate;
  std::set<Ids> rows;  ///< conditional rows that were computed
};

TokenRequest request_of(const json& recorded) {
  return {.context = recorded.at("prefix"), .continuation = recorded.at("target")};
}

/// Runs the source that `make` builds from a Scoring of the case.
template <typename Make>
Replayed replay(const json& recorded, const Make& make) {
  const auto model = golden_model_of(recorded);
  const auto request = request_of(recorded);
  const auto mask_id = recorded.at("mask_id").get<std::int64_t>();
  Replayed result;
  Scoring scoring{.request = &request,
                  .mask_id = mask_id,
                  .cfg = recorded.at("cfg"),
                  .done = [&](const Estimate& estimate) { result.estimate = estimate; }};
  auto source = std::make_unique<Replay>(make(std::move(scoring)),
                                         recorded.at("padding").get<bool>(), mask_id, &result.rows);
  run_sources(*model, [&]() -> std::unique_ptr<ScoreSource> { return std::move(source); }, {});
  return result;
}

/// The draws of a recorded Monte Carlo run. The reference draws over the prefix, too.
MonteCarloDraws recorded_draws(const json& recorded) {
  const auto per_round = recorded.at("batch_size").get<std::int64_t>();
  const auto prefix = recorded.at("prefix").size();
  return {
      .offset =
          [&recorded](std::int64_t round) {
            return recorded.at("batches").at(static_cast<std::size_t>(round)).at("u0").get<float>();
          },
      .uniforms =
          [&recorded, per_round, prefix](std::int64_t sample, std::span<float> out) {
            const auto& row = recorded.at("batches")
                                  .at(static_cast<std::size_t>(sample / per_round))
                                  .at("uniforms")
                                  .at(static_cast<std::size_t>(sample % per_round));
            for (std::size_t i = 0; i < out.size(); ++i) out[i] = row.at(prefix + i).get<float>();
          }};
}

TEST_CASE("mc_nll.json: values, spread and masked rows") {
  for (const auto& recorded : golden_cases("mc_nll.json")) {
    INFO(recorded.at("checkpoint") << ", seed " << recorded.at("torch_cpu_seed"));
    const MonteCarlo config{.samples = recorded.at("mc_num"), .strata = recorded.at("batch_size")};
    const auto result = replay(recorded, [&](Scoring scoring) {
      return monte_carlo_source(std::move(scoring), config, recorded_draws(recorded));
    });
    CHECK(near_golden(-result.estimate.nats, recorded.at("nll")));
    std::set<Ids> rows;
    std::vector<double> losses;
    for (const auto& batch : recorded.at("batches")) {
      losses.push_back(batch.at("batch_loss"));
      for (const auto& row : batch.at("noisy_batch")) rows.insert(row.get<Ids>());
    }
    auto clean = recorded.at("prefix").get<Ids>();
    for (const auto id : recorded.at("target").get<Ids>()) clean.push_back(id);
    rows.erase(clean);  // nothing masked: its loss is 0
    CHECK(result.rows == rows);
    const auto spread = mean_of(losses).standard_error;
    REQUIRE(result.estimate.standard_error.has_value() == spread.has_value());
    if (spread) CHECK(near_golden(*result.estimate.standard_error, *spread));
  }
}

TEST_CASE("chain_rule.json: values") {
  for (const auto& recorded : golden_cases("chain_rule.json")) {
    INFO(recorded.at("checkpoint") << ", target " << recorded.at("target"));
    const auto result =
        replay(recorded, [](Scoring scoring) { return chain_rule_source(std::move(scoring)); });
    CHECK(near_golden(-result.estimate.nats, recorded.at("nll")));
    CHECK(result.estimate.bound == Bound::chain_rule);
    if (recorded.at("padding").get<bool>()) continue;
    const auto model = golden_model_of(recorded);
    const auto estimate = score(*model, std::vector{request_of(recorded)},
                                {.estimator = ChainRule{}, .cfg = recorded.at("cfg").get<double>()})
                              .front();
    CHECK(estimate.nats == result.estimate.nats);
  }
}

struct GreedyRun {
  Ids predicted;
  std::vector<std::size_t> order;  ///< target index committed in each step
};

/// The greedy continuation step by step, with padding where the case has it.
GreedyRun greedy_run(const json& recorded) {
  const auto model = golden_model_of(recorded);
  const auto request = request_of(recorded);
  const auto mask_id = recorded.at("mask_id").get<std::int64_t>();
  const auto context = request.context.size();
  MaskedSequence sequence{.ids = request.context,
                          .given = {{.begin = 0, .end = context}},
                          .mask_id = mask_id,
                          .cfg = recorded.at("cfg")};
  sequence.ids.resize(context + request.continuation.size(), mask_id);
  GreedyRun run;
  while (!sequence.masked().empty()) {
    const auto masked = sequence.masked();
    auto group = sequence.ask(masked);
    if (recorded.at("padding").get<bool>()) group = padded(group, mask_id);
    const auto logits = model->logits(group.rows);
    const auto tokens = choose_tokens(logits, 0.0, {});
    const auto confidences = log_confidences(logits, tokens);
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < masked.size(); ++i) {
      candidates.push_back({masked[i], tokens[i], confidences[i]});
    }
    const auto best = most_confident(candidates, 1).front();
    sequence.ids[best.position] = best.token;
    run.order.push_back(best.position - context);
  }
  run.predicted.assign(sequence.ids.begin() + static_cast<std::ptrdiff_t>(context),
                       sequence.ids.end());
  return run;
}

TEST_CASE("greedy_suffix.json: predictions, their order and verdicts") {
  std::size_t verdicts = 0;
  for (const auto& recorded : golden_cases("greedy_suffix.json")) {
    INFO(recorded.at("checkpoint") << ", target " << recorded.at("target"));
    if (!recorded.value("greddy", true)) continue;  // asks for no verdict
    const auto run = greedy_run(recorded);
    CHECK(run.predicted == recorded.at("predicted").get<Ids>());
    CHECK(run.order == recorded.at("fill_order_target_positions").get<std::vector<std::size_t>>());
    if (recorded.at("padding").get<bool>()) continue;
    const auto model = golden_model_of(recorded);
    const auto estimate =
        score(*model, std::vector{request_of(recorded)},
              {.estimator = ChainRule{}, .cfg = recorded.at("cfg").get<double>(), .greedy = true})
            .front();
    CHECK(estimate.is_greedy == recorded.at("is_greedy").get<bool>());
    ++verdicts;
  }
  CHECK(verdicts == 14);
}

TEST_CASE("arm.json: likelihoods and verdicts") {
  for (const auto& recorded : golden_cases("arm.json")) {
    if (recorded.at("kind") != "loglikelihood") continue;
    INFO(recorded.at("checkpoint") << ", target " << recorded.at("target"));
    const auto model = golden_model_of(recorded);
    const auto estimate = score(*model, std::vector{request_of(recorded)},
                                {.estimator = TeacherForcing{}, .greedy = true})
                              .front();
    CHECK(near_golden(estimate.nats, recorded.at("ll")));
    CHECK(estimate.is_greedy == recorded.at("is_greedy").get<bool>());
    CHECK(estimate.bound == Bound::exact);
  }
}

}  // namespace
}  // namespace smdm
