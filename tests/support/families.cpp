#include "tests/support/families.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include <ATen/core/Tensor.h>

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

namespace {

/// The same of one row of logits.
double worst_of_row(const nlohmann::json& wanted, const float* got, bool subs) {
  double worst = 0.0;
  const auto seen = wanted.size() - (subs ? 1 : 0);
  for (std::size_t v = 0; v < seen; ++v) {
    const auto x = wanted.at(v).get<double>();
    worst = std::max(worst, std::abs(got[v] - x) / (1.0 + std::abs(x)));
  }
  const bool comes = subs && got[seen] > -std::numeric_limits<float>::infinity();
  return comes ? std::numeric_limits<double>::infinity() : worst;
}

}  // namespace

double worst_logit_error(const std::string& name, const LanguageModel& model) {
  const auto recorded = family_json(name, "logits.json");
  const bool shifted = recorded.value("shifted", false);
  double worst = 0.0;
  for (const auto& one : recorded.at("cases")) {
    const auto ids = one.at("ids").get<std::vector<std::int64_t>>();
    PackedRows rows;
    rows.append(ids);
    for (std::size_t t = 0; t < ids.size(); ++t)
      rows.wanted.push_back(static_cast<std::int64_t>(t));
    const auto logits = model.logits(rows).contiguous();
    for (std::size_t t = 0; t < ids.size(); ++t) {
      const auto* row =
          logits.const_data_ptr<float>() + static_cast<std::int64_t>(t) * logits.size(1);
      const auto& wanted = one.at("logits").at(shifted && t > 0 ? t - 1 : t);
      worst = std::max(worst, worst_of_row(wanted, row, recorded.value("subs", false)));
    }
  }
  return worst;
}

WeightFiles weight_files(const Checkpoint& checkpoint) {
  return WeightFiles(checkpoint.weights);
}

}  // namespace smdm::test
