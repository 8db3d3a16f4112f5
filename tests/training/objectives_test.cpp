#include "training/objectives.hpp"

#include <cmath>
#include <map>
#include <numeric>

#include "tests/support/catch.hpp"
#include "tests/support/support.hpp"

namespace smdm::training {
namespace {

constexpr std::int64_t kMask = 100;

/// Rows with prompts come from a file.
Corpus rows_with_prompts() {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "rows.jsonl";
  test::write_file(path,
                   "{\"text_ids\": [1, 2, 3, 4, 5, 6]}\n"
                   "{\"prompt_ids\": [7, 8], \"answer_ids\": [9, 10, 11]}\n"
                   "{\"text_ids\": [12]}\n");
  return Corpus({.files = {path}, .context = 8, .vocabulary = kMask}, nullptr);
}

std::vector<BatchRow> all_rows(const Corpus& corpus, std::int64_t first_sample = 0) {
  std::vector<BatchRow> rows;
  for (std::size_t i = 0; i < corpus.size(); ++i)
    rows.push_back({.row = i,
                    .length = corpus.row(i).length,
                    .sample = first_sample + static_cast<std::int64_t>(i)});
  return rows;
}

TEST_CASE("the next token is learnt from those before it, never the prompt's", "[objectives]") {
  const auto corpus = rows_with_prompts();
  const auto rows = all_rows(corpus);
  const ExampleMaker maker(corpus, NextToken{}, {}, kMask);
  const auto examples = maker.make(rows, 0, 0, rows.size());
  CHECK(examples.rows.ids == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  CHECK(examples.rows.wanted == std::vector<std::int64_t>{0, 1, 2, 3, 4, 7, 8, 9});
  CHECK(examples.targets == std::vector<std::int64_t>{2, 3, 4, 5, 6, 9, 10, 11});
  CHECK(learnable_tokens(corpus, rows, NextToken{}) == 8);
  for (const float weight : examples.weights) CHECK(weight == Approx(1.0 / 8.0));
}

TEST_CASE("hidden tokens are the targets, and prompts stay clean", "[objectives]") {
  const auto corpus = rows_with_prompts();
  const auto rows = all_rows(corpus);
  const std::vector<std::int64_t> clean = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  for (const Objective& objective : {Objective(BernoulliMasks{}), Objective(ExactMasks{})}) {
    const ExampleMaker maker(corpus, objective, {.seed = 3}, kMask);
    for (std::int64_t step = 0; step < 50; ++step) {
      auto examples = maker.make(all_rows(corpus, 3 * step), step, 0, rows.size());
      for (std::size_t w = 0; w < examples.targets.size(); ++w) {
        const auto at = static_cast<std::size_t>(examples.rows.wanted[w]);
        CHECK(examples.rows.ids[at] == kMask);
        CHECK((at != 6 && at != 7));
        if (w > 0) CHECK(examples.rows.wanted[w - 1] < examples.rows.wanted[w]);
        examples.rows.ids[at] = examples.targets[w];
      }
      CHECK(examples.rows.ids == clean);
    }
  }
}

/// Sum of weights per position over many steps, divided by their number.
std::map<std::int64_t, double> mean_weights(const Corpus& corpus, const Objective& objective) {
  constexpr std::int64_t kSteps = 4000;
  const ExampleMaker maker(corpus, objective, {.seed = 8}, kMask);
  std::map<std::int64_t, double> sums;
  for (std::int64_t step = 0; step < kSteps; ++step) {
    const auto rows = all_rows(corpus, 3 * step);
    const auto examples = maker.make(rows, step, 0, rows.size());
    for (std::size_t w = 0; w < examples.weights.size(); ++w)
      sums[examples.rows.wanted[w]] += double{examples.weights[w]} / kSteps;
  }
  return sums;
}

TEST_CASE("both schedules weigh every token alike in the mean", "[objectives]") {
  // 10 learnable tokens. The variance of 1/p over p uniform on (epsilon, 1) is about
  // log(1 / epsilon) / 10^2 a step: a standard deviation of 0.26 / sqrt(4000) = 0.004 at most.
  const auto corpus = rows_with_prompts();
  for (const Objective& objective : {Objective(BernoulliMasks{}), Objective(ExactMasks{})}) {
    const auto means = mean_weights(corpus, objective);
    CHECK(means.size() == 10);
    for (const auto& [position, mean] : means) {
      INFO("position " << position);
      CHECK(std::abs(mean - 0.1) < 0.02);
    }
  }
}

TEST_CASE("exact masks: weights of a batch sum to 1, numbers of masks are spread evenly",
          "[objectives]") {
  const Corpus corpus(std::vector<std::vector<std::int64_t>>(64, std::vector<std::int64_t>(8, 1)));
  const auto rows = all_rows(corpus);
  const ExampleMaker maker(corpus, ExactMasks{}, {.seed = 2}, kMask);
  const auto examples = maker.make(rows, 5, 0, rows.size());
  const double sum = std::accumulate(examples.weights.begin(), examples.weights.end(), 0.0);
  CHECK(sum == Approx(1.0));
  std::map<std::int64_t, int> counts;  // of masks -> rows
  for (std::size_t row = 0; row < 64; ++row) {
    std::int64_t masks = 0;
    for (const auto at : examples.rows.wanted) masks += at / 8 == static_cast<std::int64_t>(row);
    ++counts[masks];
  }
  CHECK(counts.size() == 8);
  for (const auto& [masks, count] : counts) {
    INFO(masks << " masks");
    CHECK(count >= 6);
    CHECK(count <= 10);
  }
}

TEST_CASE("a batch in parts is the batch", "[objectives]") {
  const auto corpus = rows_with_prompts();
  const auto rows = all_rows(corpus);
  for (const Objective& objective :
       {Objective(NextToken{}), Objective(BernoulliMasks{}), Objective(ExactMasks{})}) {
    const ExampleMaker maker(corpus, objective, {.seed = 1}, kMask);
    const auto whole = maker.make(rows, 3, 0, 3);
    std::vector<std::int64_t> ids;
    std::vector<float> weights;
    for (std::size_t row = 0; row < 3; ++row) {
      const auto part = maker.make(rows, 3, row, 1);
      ids.insert(ids.end(), part.rows.ids.begin(), part.rows.ids.end());
      weights.insert(weights.end(), part.weights.begin(), part.weights.end());
    }
    CHECK(ids == whole.rows.ids);
    CHECK(weights == whole.weights);
  }
}

}  // namespace
}  // namespace smdm::training
