/// What `train` makes of its options, for whoever measures trainings.
#pragma once

#include <string>
#include <vector>

#include "harness/train/train.hpp"
#include "models/config.hpp"
#include "models/text/tokenizer.hpp"
#include "training/corpus.hpp"
#include "training/stepper.hpp"

namespace smdm {

/// @param tokenizer  null: rows are ids
/// @throws Error(usage)       for sizes that make no model
/// @throws Error(checkpoint)  for a configuration or vocabulary that cannot be trained
[[nodiscard]] ModelConfig model_of(const TrainSettings& settings, const Tokenizer* tokenizer);

/// How files become rows.
[[nodiscard]] training::CorpusOptions corpus_options(const TrainSettings& settings,
                                                     const std::vector<std::string>& files,
                                                     const ModelConfig& model);

/// @throws Error(usage)  if the length cannot be had from this corpus
[[nodiscard]] training::StepOptions step_options(const TrainSettings& settings,
                                                 const ModelConfig& model,
                                                 const training::Corpus& corpus);

}  // namespace smdm
