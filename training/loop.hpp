/// Training from beginning to end: steps, log, validation, checkpoints.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>

#include "base/json.hpp"
#include "training/corpus.hpp"
#include "training/stepper.hpp"

namespace smdm::training {

struct TrainOptions {
  StepOptions step;  ///< its rate.steps is the length of the training
  std::filesystem::path output;
  std::optional<std::filesystem::path> tokenizer;  ///< copied beside the weights
  bool resume = false;                             ///< goes on from a state in `output`, if any
  /// Ends behind this step, on the schedule of a whole training, which `resume` goes on with.
  std::int64_t stop_at = std::numeric_limits<std::int64_t>::max();
  bool plot = false;
  ComputeType stored = ComputeType::f32;   ///< element type of model.safetensors
  std::int64_t checkpoint_interval = 500;  ///< steps
  std::int64_t log_interval = 1;
  std::int64_t validation_interval = 500;
  Json provenance;  ///< copied into training.json: program, command
};

/// What the loop tells while it runs.
struct Watcher {
  /// Before the first step. @param step  done before, by an interrupted training
  std::function<void(std::int64_t step)> begin = [](std::int64_t) {};
  std::function<void(const StepResult&)> step = [](const StepResult&) {};
  std::function<void(std::int64_t step, double loss)> validation = [](std::int64_t, double) {};
  /// Behind each step: whether training ends here, with a checkpoint, for `resume` to go on with.
  std::function<bool()> stop = [] { return false; };
};

/// Trains and leaves in the folder `output`: config.json, model.safetensors and tokenizer.model, as
/// evaluation reads them; training_state.safetensors, from which `resume` goes on; training.json,
/// log.jsonl and with `plot` loss.svg. Every file is replaced as a whole or not at all, the
/// state first.
///
/// A training that was killed at any time and resumed ends with the same bits as one that was not.
/// @param validation  null: none
/// @throws Error(training)    if the loss is not finite; the last checkpoint stays
/// @throws Error(checkpoint)  on resuming with other settings
/// @throws Error(results)     if the folder holds a training and `resume` is false, or cannot be
/// written
void train(const TrainOptions& options,
           const Corpus& corpus,
           const Corpus* validation,
           const Watcher& watcher);

}  // namespace smdm::training
