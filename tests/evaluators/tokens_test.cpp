// The token rule on made-up tables: which confidences rank the positions.
#include "evaluators/generation/tokens.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include <torch/types.h>

#include "evaluators/generation/unmask.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_model.hpp"

namespace smdm {
namespace {

using test::FakeModel;

constexpr std::int64_t kVocabulary = 7;
constexpr double kNever = -std::numeric_limits<double>::infinity();

using Row = std::vector<float>;

/// Two positions whose best tokens are 0: the first is the surer one under softmax(l), as the
/// second has many weak rivals; the second is under softmax(l / T) at a small T, as the first has a
/// strong one.
const std::vector<Row> kTwoPositions = {{3.0F, 2.0F, -9.0F, -9.0F, -9.0F, -9.0F, -9.0F},
                                        {2.0F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F}};

torch::Tensor tensor_of(const std::vector<Row>& rows) {
  auto logits = torch::empty({std::ssize(rows), kVocabulary}, torch::kFloat32);
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::ranges::copy(rows[i], logits[static_cast<std::int64_t>(i)].data_ptr<float>());
  return logits;
}

/// ln softmax(l / T) of a token over the tokens but those left out.
double log_softmax(const Row& row,
                   std::size_t token,
                   double temperature,
                   const std::vector<std::size_t>& left_out = {}) {
  double sum = 0.0;
  for (std::size_t v = 0; v < row.size(); ++v) {
    if (std::ranges::find(left_out, v) == left_out.end())
      sum += std::exp(static_cast<double>(row[v]) / temperature);
  }
  return static_cast<double>(row[token]) / temperature - std::log(sum);
}

/// The same noise for every token, so that the best one is drawn.
void no_chance(std::span<double> uniforms) {
  std::ranges::fill(uniforms, 0.5);
}

std::vector<Candidate> drawn(const TokenReader& reader, const std::vector<Row>& rows) {
  const auto positions = all_indices(rows.size());
  return reader.draw(tensor_of(rows),
                     {.uniforms = [](std::int64_t, std::span<const std::int64_t>,
                                     std::span<double> out) { no_chance(out); }},
                     positions);
}

MaskedDiffusion diffusion() {
  return std::get<MaskedDiffusion>(test::fake_masked_diffusion().objective);
}

TEST_CASE("tempered confidences are those of softmax(l / T), others those of softmax(l)") {
  constexpr FactNeeds kAll{.confidence = true, .spread = true};
  for (const double temperature : {0.0, 0.1, 0.2}) {
    for (const bool tempered : {false, true}) {
      INFO("temperature " << temperature << ", tempered " << tempered);
      const TokenReader reader({.temperature = temperature}, {}, diffusion(), kAll, tempered);
      const auto scale = tempered && temperature > 0.0 ? temperature : 1.0;
      const auto candidates = drawn(reader, kTwoPositions);
      REQUIRE(candidates.size() == 2);
      for (std::size_t i = 0; i < 2; ++i) {
        const auto& one = candidates[i];
        CHECK(one.token == 0);
        CHECK(std::abs(one.log_confidence - log_softmax(kTwoPositions[i], 0, scale)) < 1e-12);
        CHECK(std::abs(one.best - std::exp(one.log_confidence)) < 1e-12);
        CHECK(std::abs(one.second - std::exp(log_softmax(kTwoPositions[i], 1, scale))) < 1e-12);
      }
      CHECK((candidates[0].best > candidates[1].best) == (scale == 1.0));
      CHECK((candidates[0].entropy < candidates[1].entropy) == (scale == 1.0));
    }
  }
}

/// The position that the first of two steps reveals of the two.
std::size_t first_revealed(const PolicyConfig& policy, double temperature) {
  const FakeModel model(
      test::fake_masked_diffusion(),
      [](std::span<const std::int64_t>, std::size_t position) { return kTwoPositions[position]; });
  std::vector<std::size_t> order;
  bool opened = false;
  unmask(
      model,
      [&]() -> std::optional<UnmaskingPrompt> {
        if (std::exchange(opened, true)) return std::nullopt;
        return UnmaskingPrompt{
            .ids = {},
            .draws = {.choice = {},
                      .noise = [](std::int64_t, std::size_t, std::span<const std::int64_t>,
                                  std::span<double> out) { no_chance(out); }},
            .trace = [&](std::int64_t, std::span<const Candidate> revealed) {
              for (const auto& one : revealed) order.push_back(one.position);
            }};
      },
      {.policy = policy, .temperature = temperature, .gen_length = 2}, [](auto, const auto&) {});
  REQUIRE(order.size() == 2);
  return order.front();
}

TEST_CASE("Dream ranks positions by the distribution its tokens are drawn from, others do not") {
  for (const auto algorithm :
       {DreamAlgorithm::maskgit_plus, DreamAlgorithm::topk_margin, DreamAlgorithm::entropy}) {
    INFO(name_of(kAllDreamAlgorithms, algorithm));
    const PolicyConfig dream{.sampler = Sampler::dream, .steps = 4, .algorithm = algorithm};
    CHECK(first_revealed(dream, 0.1) == 1);
    CHECK(first_revealed(dream, 0.0) == 0);
  }
  for (const auto sampler :
       {Sampler::confidence, Sampler::llada, Sampler::margin, Sampler::entropy}) {
    INFO(name_of(kAllSamplers, sampler));
    for (const double temperature : {0.0, 0.1})
      CHECK(first_revealed({.sampler = sampler, .steps = 2}, temperature) == 0);
  }
}

TEST_CASE("unranked tokens are drawn with confidence 0, and have no share of the others' softmax") {
  const std::vector<Row> rows = {{2.0F, 0.0F, 1.0F, 3.0F, 0.5F, 0.0F, 0.0F},   // 3 is drawn
                                 {2.0F, 5.0F, 1.0F, 4.0F, 0.5F, 0.0F, 0.0F},   // 1
                                 {6.0F, 0.0F, 1.0F, 4.0F, 0.5F, 0.0F, 0.0F}};  // 0, not far from 3
  for (const double temperature : {0.0, 0.5}) {
    const TokenReader reader({.temperature = temperature}, {.barred = {}, .unranked = {1, 3}},
                             diffusion(), {.confidence = true}, /*tempered=*/false);
    const auto candidates = drawn(reader, rows);
    CHECK(candidates[0].token == 3);
    CHECK(candidates[0].log_confidence == kNever);
    CHECK(candidates[1].token == 1);
    CHECK(candidates[1].log_confidence == kNever);
    CHECK(candidates[2].token == 0);
    CHECK(std::abs(candidates[2].log_confidence - log_softmax(rows[2], 0, 1.0, {1, 3})) < 1e-12);
  }
}

}  // namespace
}  // namespace smdm
