/// The small checkpoints in tests/golden.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "models/language_model.hpp"
#include "tests/support/golden_cases.hpp"

namespace smdm::test {

/// A checkpoint of tests/golden on the CPU in float32, like "mdm-tiny".
/// @param block_size  replaces that of its configuration, unless 0
[[nodiscard]] std::unique_ptr<LanguageModel> golden_model(const std::string& name,
                                                          std::int64_t block_size = 0);

/// The checkpoint that a case names, with the case's `config_override`.
[[nodiscard]] std::unique_ptr<LanguageModel> golden_model_of(const nlohmann::json& recorded);

/// |a - b| <= 1e-4 * (1 + |b|), the tolerance against the reference's float32 results.
[[nodiscard]] bool near_golden(double a, double b);

using Ids = std::vector<std::int64_t>;

}  // namespace smdm::test
