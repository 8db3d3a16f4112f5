// Logits of the golden checkpoints against the reference's (forward.json), through the public model
// interface.
#include <fstream>

#include <nlohmann/json.hpp>
#include <torch/types.h>

#include "models/checkpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden_cases.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::golden_cases;

using Json = nlohmann::json;

std::unique_ptr<LanguageModel> golden_model(const std::string& name,
                                            std::optional<RopeTables> tables = {}) {
  CheckpointOptions options;
  options.model = test::golden() / (name + ".safetensors");
  options.rope_tables = tables;
  return load_model(find_checkpoint(options), ComputeType::f32, torch::kCPU);
}

torch::Tensor ids_of(const Json& rows) {
  const auto batch = static_cast<std::int64_t>(rows.size());
  const auto length = static_cast<std::int64_t>(rows.at(0).size());
  auto ids = torch::empty({batch, length}, torch::kInt64);
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t t = 0; t < length; ++t) {
      ids[b][t] =
          rows.at(static_cast<std::size_t>(b)).at(static_cast<std::size_t>(t)).get<std::int64_t>();
    }
  }
  return ids;
}

double excess(double got, double wanted) {
  return std::abs(got - wanted) / (1.0 + std::abs(wanted));
}

/// Largest relative error over logits[b][i] at positions[i].
double worst_error(const Json& wanted, const Json& positions, const torch::Tensor& logits) {
  double worst = 0.0;
  for (std::size_t b = 0; b < wanted.size(); ++b) {
    for (std::size_t i = 0; i < positions.size(); ++i) {
      const auto row =
          logits[static_cast<std::int64_t>(b)][positions[i].get<std::int64_t>()].contiguous();
      const float* values = row.const_data_ptr<float>();
      const auto expected = wanted[b][i].get<std::vector<double>>();
      for (std::size_t v = 0; v < expected.size(); ++v)
        worst = std::max(worst, excess(values[v], expected[v]));
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("logits of the small checkpoints equal the reference's") {
  int checked = 0;
  for (const auto& example : golden_cases("forward.json")) {
    if (!example.contains("logits_rope_bf16")) continue;
    INFO(example.at("checkpoint") << ": " << example.at("note"));
    const auto ids = ids_of(example.at("input_ids"));
    const auto name = example.at("checkpoint").get<std::string>();
    const auto logits = golden_model(name)->dense_logits(ids);
    CHECK(worst_error(example.at("logits_rope_bf16"), example.at("positions"), logits) <= 1e-4);
    const auto unrounded = golden_model(name, RopeTables::f32)->dense_logits(ids);
    CHECK(worst_error(example.at("logits_rope_fp32"), example.at("positions"), unrounded) <= 1e-4);
    const auto best = logits.argmax(-1);
    const auto sums = logits.logsumexp(-1);
    const auto means = logits.mean(-1);
    for (std::size_t b = 0; b < example.at("argmax_all_rope_bf16").size(); ++b) {
      const auto row = static_cast<std::int64_t>(b);
      for (std::int64_t t = 0; t < ids.size(1); ++t) {
        const auto at = static_cast<std::size_t>(t);
        CHECK(best[row][t].item<std::int64_t>() ==
              example.at("argmax_all_rope_bf16")[b][at].get<std::int64_t>());
        CHECK(excess(sums[row][t].item<double>(),
                     example.at("logsumexp_all_rope_bf16")[b][at].get<double>()) <= 1e-4);
        CHECK(excess(means[row][t].item<double>(),
                     example.at("mean_all_rope_bf16")[b][at].get<double>()) <= 1e-4);
      }
    }
    ++checked;
  }
  CHECK(checked == 9);
}

TEST_CASE("logits with the real vocabulary equal the reference's") {
  int checked = 0;
  for (const auto& example : golden_cases("forward.json")) {
    if (!example.contains("logits_first40_rope_bf16")) continue;
    const auto ids = ids_of(example.at("input_ids"));
    const auto logits = golden_model("mdm-32k")->dense_logits(ids);
    Json positions = Json::array();
    for (std::int64_t t = 0; t < ids.size(1); ++t) positions.push_back(t);
    CHECK(worst_error(example.at("logits_first40_rope_bf16"), positions, logits) <= 1e-4);
    const auto [values, top] = logits.topk(5, -1);
    for (std::int64_t t = 0; t < ids.size(1); ++t) {
      for (std::int64_t k = 0; k < 5; ++k) {
        const auto at = static_cast<std::size_t>(t);
        const auto rank = static_cast<std::size_t>(k);
        CHECK(top[0][t][k].item<std::int64_t>() ==
              example.at("top5_ids_rope_bf16")[0][at][rank].get<std::int64_t>());
        CHECK(excess(values[0][t][k].item<double>(),
                     example.at("top5_logits_rope_bf16")[0][at][rank].get<double>()) <= 1e-4);
      }
    }
    ++checked;
  }
  CHECK(checked == 1);
}

}  // namespace smdm
