#include "evaluators/generation/token_choice.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <torch/types.h>

#include "base/numbers/random.hpp"
#include "evaluators/rows/score_source.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {
namespace {

/// Philox draws of step 0, row by row.
TokenDraws draws_of_rows(const RandomStream& stream, std::int64_t vocabulary, double margin) {
  return {
      .uniforms = [&stream, vocabulary](
                      std::int64_t row, std::span<const std::int64_t> tokens,
                      std::span<double> out) { stream.uniforms(0, row * vocabulary, tokens, out); },
      .margin = margin};
}

torch::Tensor random_logits(std::int64_t rows, std::int64_t vocabulary, double scale) {
  const RandomStream stream(77, Purpose::mask, {});
  auto logits = torch::empty({rows, vocabulary}, torch::kFloat32);
  for (std::int64_t i = 0; i < rows * vocabulary; ++i) {
    logits.data_ptr<float>()[i] = static_cast<float>(scale * (2.0 * stream.uniform(0, i) - 1.0));
  }
  return logits;
}

TEST_CASE(
    "at temperature 0 the largest logit wins, the lowest id of equals, and nothing is drawn") {
  const auto logits = torch::tensor({{1.0F, 3.0F, 3.0F, -2.0F}, {0.0F, 0.0F, 0.0F, 0.0F}});
  CHECK(choose_tokens(logits, 0.0, {}) == std::vector<std::int64_t>{1, 0});
  CHECK(choose_tokens(logits.to(torch::kBFloat16), 0.0, {}) == std::vector<std::int64_t>{1, 0});
}

TEST_CASE("noisy choices are the argmax of exp(l) / (-ln u)^T") {
  constexpr std::int64_t kRows = 20;
  constexpr std::int64_t kVocabulary = 50;
  const auto logits = random_logits(kRows, kVocabulary, 4.0);
  const RandomStream stream(5, Purpose::unmask_token, {});
  for (const double temperature : {0.1, 0.7, 1.0, 2.5}) {
    const auto tokens = choose_tokens(logits, temperature, draws_of_rows(stream, kVocabulary, 0.0));
    for (std::int64_t row = 0; row < kRows; ++row) {
      double best = -1.0;
      std::int64_t winner = -1;
      for (std::int64_t token = 0; token < kVocabulary; ++token) {
        const auto u = stream.uniform(0, row * kVocabulary + token);
        const auto noise = std::exp(static_cast<double>(logits[row][token].item<float>())) /
                           std::pow(-std::log(u), temperature);
        if (noise > best) {
          best = noise;
          winner = token;
        }
      }
      CHECK(tokens[static_cast<std::size_t>(row)] == winner);
    }
  }
}

TEST_CASE("draws that cannot change the choice are left out, and change nothing") {
  constexpr std::int64_t kRows = 200;
  constexpr std::int64_t kVocabulary = 300;
  const RandomStream stream(6, Purpose::unmask_token, {});
  for (const double scale : {1.0, 10.0, 60.0}) {
    const auto logits = random_logits(kRows, kVocabulary, scale);
    for (const double temperature : {0.05, 0.3, 1.0}) {
      std::size_t drawn = 0;
      auto pruned = draws_of_rows(stream, kVocabulary, RandomStream::kMargin);
      pruned.uniforms = [&, fill = pruned.uniforms](auto row, auto tokens, auto out) {
        drawn += tokens.size();
        fill(row, tokens, out);
      };
      CHECK(choose_tokens(logits, temperature, pruned) ==
            choose_tokens(logits, temperature, draws_of_rows(stream, kVocabulary, 0.0)));
      if (scale / temperature > 30.0) CHECK(drawn < kRows * kVocabulary);
    }
  }
}

TEST_CASE("the furthest rival that could win is not left out") {
  // Noise at u = margin and u = 1 - margin is as far apart as it can be: just within reach wins.
  const double margin = RandomStream::kMargin;
  const double reach = std::log(-std::log(margin)) - std::log(-std::log1p(-margin));
  for (const double gap : {reach - 1e-4, reach + 1e-4}) {
    const auto logits = torch::tensor({{static_cast<float>(gap), 0.0F}});
    const TokenDraws worst{
        .uniforms =
            [&](std::int64_t, std::span<const std::int64_t> tokens, std::span<double> out) {
              for (std::size_t i = 0; i < tokens.size(); ++i) {
                out[i] = tokens[i] == 0 ? margin : 1.0 - margin;
              }
            },
        .margin = margin};
    CHECK(choose_tokens(logits, 1.0, worst).front() == (gap < reach ? 1 : 0));
  }
}

TEST_CASE("at temperature 1 choices follow the softmax") {
  const std::vector<double> p{0.5, 0.3, 0.15, 0.05};
  constexpr std::int64_t kDraws = 20000;
  const auto logits =
      torch::tensor({{std::log(0.5F), std::log(0.3F), std::log(0.15F), std::log(0.05F)}})
          .expand({kDraws, 4});
  const RandomStream stream(8, Purpose::unmask_token, {});
  std::vector<double> seen(4);
  for (const auto token :
       choose_tokens(logits, 1.0, draws_of_rows(stream, 4, RandomStream::kMargin))) {
    seen[static_cast<std::size_t>(token)] += 1.0;
  }
  double chi_square = 0.0;
  for (std::size_t v = 0; v < 4; ++v) {
    chi_square += std::pow(seen[v] - kDraws * p[v], 2.0) / (kDraws * p[v]);
  }
  CHECK(chi_square < 21.1);  // 3 degrees of freedom: P(above) = 1e-4
}

TEST_CASE("confidences are log-probabilities in float64, each row by itself") {
  const auto logits = random_logits(75, 40, 8.0);
  std::vector<std::int64_t> tokens;
  for (std::int64_t row = 0; row < 75; ++row) tokens.push_back(row % 40);
  const auto confidences = log_confidences(logits, tokens);
  REQUIRE(confidences.size() == 75);
  for (std::int64_t row = 0; row < 75; ++row) {
    const auto at = static_cast<std::size_t>(row);
    double sum = 0.0;
    for (std::int64_t v = 0; v < 40; ++v) sum += std::exp(double{logits[row][v].item<float>()});
    const auto wanted = logits[row][row % 40].item<float>() - std::log(sum);
    CHECK(confidences[at] == Approx(wanted).epsilon(1e-12));
    CHECK(log_confidences(logits.slice(0, row, row + 1), {&tokens[at], 1}).front() ==
          confidences[at]);
  }
}

TEST_CASE("the most confident candidates, of equals the earlier first") {
  const std::vector<Candidate> candidates{
      {0, 10, -2.0}, {1, 11, -1.0}, {2, 12, -2.0}, {3, 13, -1.0}};
  const auto positions = [&](std::size_t count) {
    std::vector<std::size_t> chosen;
    for (const auto& candidate : most_confident(candidates, count)) {
      chosen.push_back(candidate.position);
    }
    return chosen;
  };
  CHECK(positions(0).empty());
  CHECK(positions(1) == std::vector<std::size_t>{1});
  CHECK(positions(3) == std::vector<std::size_t>{1, 3, 0});
  CHECK(positions(9) == std::vector<std::size_t>{1, 3, 0, 2});
}

TEST_CASE("logits that are not numbers are refused") {
  const auto nan = std::numeric_limits<float>::quiet_NaN();
  const auto logits = torch::tensor({{0.0F, 1.0F}, {nan, nan}});
  const std::vector<std::int64_t> tokens{0, 0};
  const RandomStream stream(0, Purpose::unmask_token, {});
  CHECK_THROWS_KIND(choose_tokens(logits, 0.0, {}), checkpoint);
  CHECK_THROWS_KIND(choose_tokens(logits, 1.0, draws_of_rows(stream, 2, 0.0)), checkpoint);
  CHECK_THROWS_KIND(log_confidences(logits, tokens), checkpoint);
}

TEST_CASE("one logit that is not finite is enough, unless it is that of a token with no chance") {
  constexpr auto kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr auto kInfinity = std::numeric_limits<float>::infinity();
  const RandomStream stream(0, Purpose::unmask_token, {});
  const auto refused = [&](const torch::Tensor& row) {
    for (const auto type : {torch::kFloat, torch::kBFloat16}) {
      const auto logits = row.to(type);
      CHECK_THROWS_KIND(choose_tokens(logits, 0.0, {}), checkpoint);
      CHECK_THROWS_KIND(choose_tokens(logits, 0.5, draws_of_rows(stream, 3, 0.0)), checkpoint);
      CHECK_THROWS_KIND(choose_tokens(logits, 0.5, draws_of_rows(stream, 3, RandomStream::kMargin)),
                        checkpoint);
    }
  };
  refused(torch::tensor({{0.0F, 1.0F, kNan}}));
  refused(torch::tensor({{kNan, 1.0F, 0.0F}}));
  refused(torch::tensor({{0.0F, kInfinity, 1.0F}}));
  refused(torch::tensor({{-kInfinity, -kInfinity, -kInfinity}}));
  const auto fine = torch::tensor({{0.0F, -kInfinity, 9.0F}});
  CHECK(choose_tokens(fine, 0.0, {}) == std::vector<std::int64_t>{2});
  CHECK(choose_tokens(fine, 1e-3, draws_of_rows(stream, 3, 0.0)) == std::vector<std::int64_t>{2});
}

TEST_CASE("tokens of logit -infinity have no chance, and take none from the others") {
  constexpr auto kInfinity = std::numeric_limits<float>::infinity();
  const RandomStream stream(3, Purpose::unmask_token, {});
  auto logits = random_logits(50, 6, 2.0);
  auto others = logits.index_select(1, torch::tensor({0, 1, 3, 5}));
  logits.select(1, 2).fill_(-kInfinity);
  logits.select(1, 4).fill_(-kInfinity);
  for (const double temperature : {0.0, 0.7, 3.0}) {
    for (const double margin : {0.0, RandomStream::kMargin}) {
      const auto tokens = choose_tokens(logits, temperature, draws_of_rows(stream, 6, margin));
      std::vector<std::int64_t> among_others;
      for (const auto token : tokens) {
        REQUIRE((token != 2 && token != 4));
        among_others.push_back(token < 2 ? token : (token == 3 ? 2 : 3));
      }
      const auto got = log_confidences(logits, tokens);
      const auto wanted = log_confidences(others, among_others);
      for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Approx(wanted[i]));
    }
  }
}

TEST_CASE("the mask is never chosen where it is a token, and other logits are left alone") {
  const auto logits = torch::tensor({{0.0F, 9.0F, 1.0F}, {2.0F, 0.0F, -1.0F}});
  const auto without = without_mask(logits, {.mask_id = 1});
  CHECK(choose_tokens(without, 0.0, {}) == std::vector<std::int64_t>{2, 0});
  CHECK(torch::equal(without.select(1, 0), logits.select(1, 0)));
  CHECK(torch::equal(without.select(1, 2), logits.select(1, 2)));
  CHECK(logits[0][1].item<float>() == 9.0F);
  CHECK(without_mask(logits.to(torch::kBFloat16), {.mask_id = 1}).dtype() == torch::kBFloat16);
  // SMDM's mask is behind the vocabulary, and MDLM's logit of it is -infinity already.
  CHECK(without_mask(logits, {.mask_id = 3}).data_ptr() == logits.data_ptr());
  CHECK(without_mask(logits, {.mask_id = 1, .excludes_mask = true}).data_ptr() ==
        logits.data_ptr());
}

TEST_CASE("temperatures are finite and not negative") {
  CHECK_THROWS_AS(check_temperature(-0.1), std::invalid_argument);
  CHECK_THROWS_AS(check_temperature(std::numeric_limits<double>::infinity()),
                  std::invalid_argument);
  CHECK_NOTHROW(check_temperature(0.0));
}

}  // namespace
}  // namespace smdm
