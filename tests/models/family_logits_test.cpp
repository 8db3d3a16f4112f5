// Logits of a tiny checkpoint of each family against those that the transformers library (MDLM: its
// published code) gave, as tests/golden/hf records them.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <torch/types.h>

#include "models/checkpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/families.hpp"

namespace smdm {
namespace {

using Json = nlohmann::json;

torch::Tensor one_row(const std::vector<std::int64_t>& ids) {
  return torch::tensor(ids, torch::kInt64).unsqueeze(0);
}

/// Largest |got - wanted| / (1 + |wanted|) of a case, whose rows are the network's own; those of a
/// shifted model are told at the position that they score.
double worst_error(const Json& recorded, const torch::Tensor& logits, bool shifted, bool subs) {
  double worst = 0.0;
  const auto& rows = recorded.at("logits");
  for (std::size_t t = 0; t < rows.size(); ++t) {
    const auto& wanted = rows.at(shifted && t > 0 ? t - 1 : t);
    const auto row = logits[static_cast<std::int64_t>(t)].contiguous();
    const float* got = row.const_data_ptr<float>();
    // Under SUBS the mask, the last of the vocabulary, cannot come.
    const auto seen = wanted.size() - (subs ? 1 : 0);
    for (std::size_t v = 0; v < seen; ++v) {
      const auto x = wanted.at(v).get<double>();
      worst = std::max(worst, std::abs(got[v] - x) / (1.0 + std::abs(x)));
    }
    if (subs) CHECK(std::isinf(got[seen]));
  }
  return worst;
}

}  // namespace

TEST_CASE("logits of every family equal the reference's") {
  for (const auto& family : test::family_names()) {
    const auto recorded = test::family_json(family, "logits.json");
    const auto model = test::family_model(family);
    const bool shifted = recorded.value("shifted", false);
    const bool subs = recorded.value("subs", false);
    const auto* diffusion = std::get_if<MaskedDiffusion>(&model->info().objective);
    CHECK((diffusion != nullptr) == recorded.at("bidirectional").get<bool>());
    if (diffusion != nullptr) {
      CHECK(diffusion->mask_id == recorded.at("mask_id").get<std::int64_t>());
      CHECK(diffusion->shifted == shifted);
      CHECK(diffusion->excludes_mask == subs);
    }
    for (const auto& one : recorded.at("cases")) {
      const auto ids = one.at("ids").get<std::vector<std::int64_t>>();
      INFO(family << ", " << ids.size() << " tokens");
      const auto logits = model->dense_logits(one_row(ids))[0];
      CHECK(worst_error(one, logits, shifted, subs) <= 3e-5);
    }
  }
}

}  // namespace smdm
