/// One step after the other, without files.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "training/batches.hpp"
#include "training/corpus.hpp"
#include "training/network.hpp"
#include "training/objectives.hpp"
#include "training/optimizers.hpp"
#include "training/parameters.hpp"
#include "training/schedule.hpp"

namespace smdm::training {

struct StepOptions {
  ModelConfig model;
  ModelKind kind = ModelKind::mdm;
  ComputeType compute = ComputeType::f32;
  Objective objective = BernoulliMasks{};
  UpdateOptions update;
  RateSchedule rate;
  BatchOptions batches;  ///< its seed is that of every draw
  /// A batch is computed in parts of at most so many tokens (at least one row), whose gradients add
  /// up: the same sum in another order.
  std::int64_t tokens_per_forward = 16384;
};

/// Everything that training changes: with the options, all that is needed to go on.
struct TrainingState {
  at::Tensor parameters;  ///< float32, the layout's vector
  Moments moments;
  std::int64_t step = 0;  ///< steps done
  std::int64_t tokens = 0;
};

/// What a step did.
struct StepResult {
  std::int64_t step = 0;       ///< 1 for the first
  double loss = 0.0;           ///< nats per learnable token, before the update
  double gradient_norm = 0.0;  ///< before clipping
  double learning_rate = 0.0;
};

[[nodiscard]] TrainingState first_state(const ParameterLayout& layout, std::uint64_t seed);

class Stepper {
 public:
  /// @param corpus  must outlive it
  Stepper(const StepOptions& options, const Corpus& corpus, TrainingState state);

  /// @throws Error(training)  if the loss or the gradient is not finite, saying where; the state is
  /// then what it was before the step
  StepResult step();

  /// Whether the parameters give a finite loss on the next batch: what a checkpoint must fulfil.
  [[nodiscard]] bool sound();

  [[nodiscard]] const TrainingState& state() const noexcept { return state_; }
  [[nodiscard]] const Network& network() const noexcept { return network_; }
  [[nodiscard]] const ParameterLayout& layout() const noexcept { return layout_; }

 private:
  [[nodiscard]] double accumulate(const std::vector<BatchRow>& batch);

  StepOptions options_;
  const Corpus& corpus_;
  ParameterLayout layout_;
  TrainingState state_;
  Network network_;
  Batches batches_;
  ExampleMaker examples_;
  at::Tensor gradient_;
};

/// How many rows from `first` on have at most so many tokens together; at least 1.
[[nodiscard]] std::size_t rows_that_fit(std::span<const BatchRow> rows,
                                        std::size_t first,
                                        std::int64_t tokens);

}  // namespace smdm::training
