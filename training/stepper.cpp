#include "training/stepper.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <ATen/Functions.h>

#include "base/error.hpp"

namespace smdm::training {
namespace {

/// The first row whose loss is not finite, for the error's text.
std::string culprit(const Corpus& corpus,
                    std::span<const BatchRow> part,
                    const Examples& examples,
                    const std::vector<float>& losses) {
  for (std::size_t w = 0; w < losses.size(); ++w) {
    if (std::isfinite(losses[w])) continue;
    std::size_t row = 0;
    while (examples.rows.offsets[row + 1] <= examples.rows.wanted[w]) ++row;
    return ", first at the row of " + corpus.where(part[row].row);
  }
  return "";
}

}  // namespace

TrainingState first_state(const ParameterLayout& layout, std::uint64_t seed) {
  return {.parameters = initial_parameters(layout, seed), .moments = no_moments(layout)};
}

std::size_t rows_that_fit(std::span<const BatchRow> rows, std::size_t first, std::int64_t tokens) {
  std::size_t count = 0;
  for (std::int64_t sum = 0; first + count < rows.size(); ++count) {
    sum += rows[first + count].length;
    if (sum > tokens && count > 0) break;
  }
  return count;
}

Stepper::Stepper(const StepOptions& options, const Corpus& corpus, TrainingState state)
    : options_(options),
      corpus_(corpus),
      layout_(parameter_layout(options.model, options.kind)),
      state_(std::move(state)),
      network_(layout_, options.kind, options.compute),
      batches_(corpus, options.batches),
      examples_(corpus, options.objective, {.seed = options.batches.seed}, options.model.mask()),
      gradient_(at::zeros({layout_.length}, at::kFloat)) {
  network_.load(state_.parameters);
}

double Stepper::accumulate(const std::vector<BatchRow>& batch) {
  double loss = 0.0;
  gradient_.zero_();
  for (std::size_t first = 0; first < batch.size();) {
    const auto count = rows_that_fit(batch, first, options_.tokens_per_forward);
    const auto examples = examples_.make(batch, state_.step, first, count);
    const auto losses = network_.backward(examples, gradient_);
    double sum = 0.0;
    for (std::size_t w = 0; w < losses.size(); ++w)
      sum += double{losses[w]} * double{examples.weights[w]};
    if (!std::isfinite(sum)) {
      throw Error(ErrorKind::training,
                  "step " + std::to_string(state_.step + 1) + ": wanted a finite loss, got " +
                      std::to_string(sum) +
                      culprit(corpus_, std::span(batch).subspan(first, count), examples, losses));
    }
    loss += sum;
    first += count;
  }
  return loss;
}

bool Stepper::sound() {
  if (!std::isfinite(norm_of(state_.parameters))) return false;
  const auto batch = batches_.batch(state_.step);
  for (std::size_t first = 0; first < batch.size();) {
    const auto count = rows_that_fit(batch, first, options_.tokens_per_forward);
    const auto losses = network_.losses(examples_.make(batch, state_.step, first, count));
    if (!std::ranges::all_of(losses, [](float loss) { return std::isfinite(loss); })) return false;
    first += count;
  }
  return true;
}

StepResult Stepper::step() {
  const auto batch = batches_.batch(state_.step);
  StepResult result{.step = state_.step + 1};
  result.loss = accumulate(batch);
  result.gradient_norm = norm_of(gradient_);
  if (!std::isfinite(result.gradient_norm)) {
    throw Error(ErrorKind::training, "step " + std::to_string(result.step) +
                                         ": wanted a finite gradient, got one of norm " +
                                         std::to_string(result.gradient_norm) +
                                         " in the batch that begins at " +
                                         corpus_.where(batch.front().row));
  }
  result.learning_rate = learning_rate(options_.rate, state_.step);
  update(layout_, options_.update, result.learning_rate, result.step, gradient_,
         result.gradient_norm, state_.parameters, state_.moments);
  network_.load(state_.parameters);
  state_.step = result.step;
  for (const auto& row : batch) state_.tokens += row.length;
  return result;
}

}  // namespace smdm::training
