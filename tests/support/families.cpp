#include "tests/support/families.hpp"

#include <algorithm>
#include <fstream>

#include "tests/support/support.hpp"

namespace smdm::test {

std::vector<std::string> family_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(golden() / "hf"))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

std::filesystem::path family_folder(const std::string& name) {
  return golden() / "hf" / name;
}

nlohmann::json family_json(const std::string& name, const std::string& file) {
  std::ifstream in(family_folder(name) / file);
  return nlohmann::json::parse(in);
}

std::unique_ptr<LanguageModel> family_model(const std::string& name, ComputeType compute) {
  CheckpointOptions options;
  options.model = family_folder(name);
  return load_model(find_checkpoint(options), compute, c10::kCPU);
}

}  // namespace smdm::test
