#include "training/validation.hpp"

#include <vector>

#include "training/objectives.hpp"
#include "training/stepper.hpp"

namespace smdm::training {

double validation_loss(const Network& network,
                       ModelKind kind,
                       std::int64_t mask_id,
                       const Corpus& corpus,
                       std::int64_t tokens_per_forward) {
  Objective objective = NextToken{};
  if (kind == ModelKind::mdm) objective = ExactMasks{};
  const ExampleMaker maker(
      corpus, objective,
      {.seed = 0, .rate = Purpose::validation_mask_rate, .mask = Purpose::validation_mask},
      mask_id);
  std::vector<BatchRow> rows;
  rows.reserve(corpus.size());
  for (std::size_t i = 0; i < corpus.size(); ++i)
    rows.push_back(
        {.row = i, .length = corpus.row(i).length, .sample = static_cast<std::int64_t>(i)});
  double loss = 0.0;
  for (std::size_t first = 0; first < rows.size();) {
    const auto count = rows_that_fit(rows, first, tokens_per_forward);
    const auto examples = maker.make(rows, /*step=*/0, first, count);
    const auto losses = network.losses(examples);
    for (std::size_t w = 0; w < losses.size(); ++w)
      loss += double{losses[w]} * double{examples.weights[w]};
    first += count;
  }
  return loss;
}

}  // namespace smdm::training
