#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace smdm::test {

/// The cases of a file in tests/golden, like "mc_nll.json".
[[nodiscard]] nlohmann::json golden_cases(const std::string& file);

}  // namespace smdm::test
