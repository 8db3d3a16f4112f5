/// The tiny checkpoints of other families in tests/golden/hf, with what their own code computes.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "models/checkpoint.hpp"
#include "models/language_model.hpp"
#include "models/weight_files.hpp"

namespace smdm::test {

/// The folders of tests/golden/hf, sorted.
[[nodiscard]] std::vector<std::string> family_names();

[[nodiscard]] std::filesystem::path family_folder(const std::string& name);

/// A recorded file of a family, like "logits.json".
[[nodiscard]] nlohmann::json family_json(const std::string& name, const std::string& file);

/// The family's checkpoint on the CPU.
[[nodiscard]] std::unique_ptr<LanguageModel> family_model(const std::string& name,
                                                          ComputeType compute = ComputeType::f32);

/// Largest |got - wanted| / (1 + |wanted|) of a model's logits over the cases recorded for a
/// family. What is recorded are the network's rows; a shifted family's are compared at the
/// positions that they score, and under SUBS the mask must not come.
[[nodiscard]] double worst_logit_error(const std::string& name, const LanguageModel& model);

/// The weights of a checkpoint that find_checkpoint() found.
[[nodiscard]] WeightFiles weight_files(const Checkpoint& checkpoint);

}  // namespace smdm::test
