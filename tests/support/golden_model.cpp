#include "tests/support/golden_model.hpp"

#include <cmath>

#include "models/checkpoint.hpp"
#include "tests/support/support.hpp"

namespace smdm::test {

std::unique_ptr<LanguageModel> golden_model(const std::string& name, std::int64_t block_size) {
  CheckpointOptions options;
  options.model = golden() / (name + ".safetensors");
  auto checkpoint = find_checkpoint(options);
  if (block_size > 0) checkpoint.config.block_size = block_size;
  return load_model(checkpoint, ComputeType::f32, c10::kCPU);
}

std::unique_ptr<LanguageModel> golden_model_of(const nlohmann::json& recorded) {
  const auto override = recorded.value("config_override", nlohmann::json::object());
  return golden_model(recorded.at("checkpoint"), override.value("block_size", std::int64_t{0}));
}

bool near_golden(double a, double b) {
  return std::abs(a - b) <= 1e-4 * (1.0 + std::abs(b));
}

}  // namespace smdm::test
