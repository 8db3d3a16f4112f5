// Logits of a tiny checkpoint of each family against those that the transformers library (MDLM: its
// published code) gave, as tests/golden/hf records them; and that this comparison sees a fault in
// any field of the configuration, and in any tensor that is easily forgotten.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <torch/types.h>

#include "models/checkpoint.hpp"
#include "models/transformer.hpp"
#include "models/weights.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/families.hpp"

namespace smdm {
namespace {

/// Of |got - wanted| / (1 + |wanted|).
constexpr double kTolerance = 3e-5;

}  // namespace

TEST_CASE("logits of every family equal the reference's") {
  for (const auto& family : test::family_names()) {
    const auto recorded = test::family_json(family, "logits.json");
    const auto model = test::family_model(family);
    const auto* diffusion = std::get_if<MaskedDiffusion>(&model->info().objective);
    INFO(family);
    CHECK((diffusion != nullptr) == recorded.at("bidirectional").get<bool>());
    if (diffusion != nullptr) {
      CHECK(diffusion->mask_id == recorded.at("mask_id").get<std::int64_t>());
      CHECK(diffusion->shifted == recorded.value("shifted", false));
      CHECK(diffusion->excludes_mask == recorded.value("subs", false));
    }
    CHECK(test::worst_logit_error(family, *model) <= kTolerance);
  }
}

namespace {

/// What a fault changes: the configuration, the weights as they were loaded, the kind of model.
struct Loaded {
  ModelConfig config;
  Weights weights;
  ModelKind kind;
};

struct Fault {
  std::string name;
  std::function<bool(const ModelConfig&)> concerns;  ///< models in which it could go unseen
  std::function<void(Loaded&)> plant;
};

void for_blocks(Loaded& model, const std::function<void(BlockWeights&)>& change) {
  for (auto& block : model.weights.blocks) change(block);
}

bool all_models(const ModelConfig& /*config*/) {
  return true;
}
bool rotating(const ModelConfig& config) {
  return config.rotary_percentage > 0.0;
}
bool gated(const ModelConfig& config) {
  return config.feed_forward == FeedForward::swiglu;
}
/// Whether the base matters: a single pair of dimensions turns by 1 whatever the base.
bool by_base(const ModelConfig& config) {
  return config.rotary_elements() > 2;
}
bool scaled(const ModelConfig& config) {
  return config.rope_scaling.has_value();
}
bool joint(const ModelConfig& config) {
  return config.family == "gpt2" || config.family == "gpt_neox" || config.family == "mdlm";
}
/// Whether a query head could be given the keys of another group.
bool grouped(const ModelConfig& config) {
  return config.n_query_groups > 1;
}

std::vector<Fault> config_faults() {
  return {
      {"eps", all_models, [](Loaded& m) { m.config.norm_eps *= 100.0; }},
      {"theta", by_base, [](Loaded& m) { m.config.rotary_base *= 2.0; }},
      {"share that rotates", [](const auto& c) { return c.family == "gpt_neox"; },
       [](Loaded& m) { m.config.rotary_percentage *= 2.0; }},
      {"positions divided", rotating, [](Loaded& m) { m.config.condense_ratio = 2; }},
      {"scaling dropped", scaled, [](Loaded& m) { m.config.rope_scaling.reset(); }},
      {"scaling's factor", scaled, [](Loaded& m) { m.config.rope_scaling.value().factor *= 2.0; }},
      {"scaling's low factor", scaled,
       [](Loaded& m) { m.config.rope_scaling.value().low_freq_factor *= 0.5; }},
      {"scaling's high factor", scaled,
       [](Loaded& m) { m.config.rope_scaling.value().high_freq_factor *= 1.5; }},
      {"scaling's original length", scaled,
       [](Loaded& m) { m.config.rope_scaling.value().original_positions *= 2; }},
      {"order of residuals", all_models,
       [](Loaded& m) { m.config.parallel_residual = !m.config.parallel_residual; }},
      {"kind of norm", [](const auto& c) { return c.norm == NormKind::layer; },
       [](Loaded& m) { m.config.norm = NormKind::rms; }},
      {"form of GELU", [](const auto& c) { return !gated(c); },
       [](Loaded& m) {
         m.config.feed_forward = m.config.feed_forward == FeedForward::gelu ? FeedForward::gelu_tanh
                                                                            : FeedForward::gelu;
       }},
      {"shift", [](const auto& c) { return c.mask_id.has_value(); },
       [](Loaded& m) { m.config.shifted_logits = !m.config.shifted_logits; }},
      {"causality", all_models,
       [](Loaded& m) {
         m.kind = m.kind == ModelKind::arm ? ModelKind::mdm : ModelKind::arm;
         m.config.shifted_logits = false;
         m.config.excludes_mask = false;
       }},
      {"mask in the softmax", [](const auto& c) { return c.excludes_mask; },
       [](Loaded& m) { m.config.excludes_mask = false; }},
  };
}

/// @param dropped  what no longer takes part
Fault without(const std::string& name,
              std::function<bool(const ModelConfig&)> concerns,
              at::Tensor BlockWeights::* dropped) {
  return {name + " dropped", std::move(concerns), [dropped](Loaded& m) {
            for_blocks(m, [dropped](BlockWeights& block) { block.*dropped = at::Tensor(); });
          }};
}

std::vector<Fault> weight_faults() {
  const auto apart_bias = [](const auto& c) { return c.qkv_bias && !joint(c); };
  const auto layer_shift = [](const auto& c) { return c.norm == NormKind::layer; };
  const auto head_norm = [](const auto& c) { return c.qk_norm; };
  const auto inner_bias = [](const auto& c) { return c.feed_forward_bias; };
  return {
      without("bias of queries", apart_bias, &BlockWeights::q_bias),
      without("bias of keys", apart_bias, &BlockWeights::k_bias),
      without("bias of values", apart_bias, &BlockWeights::v_bias),
      without(
          "joint bias", [](const auto& c) { return c.qkv_bias && joint(c); },
          &BlockWeights::qkv_bias),
      without(
          "bias of attention's output", [](const auto& c) { return c.proj_bias; },
          &BlockWeights::proj_bias),
      without("bias inside", inner_bias, &BlockWeights::up_bias),
      without("bias of the way down", inner_bias, &BlockWeights::down_bias),
      without("first norm's shift", layer_shift, &BlockWeights::norm_1_bias),
      without("second norm's shift", layer_shift, &BlockWeights::norm_2_bias),
      without("norm of queries", head_norm, &BlockWeights::q_norm),
      without("norm of keys", head_norm, &BlockWeights::k_norm),
      {"gate and up exchanged", gated,
       [](Loaded& m) { for_blocks(m, [](BlockWeights& b) { std::swap(b.gate, b.up); }); }},
      {"norms exchanged", all_models,
       [](Loaded& m) {
         for_blocks(m, [](BlockWeights& b) {
           std::swap(b.norm_1, b.norm_2);
           std::swap(b.norm_1_bias, b.norm_2_bias);
         });
       }},
      {"order of queries, keys, values", joint,
       [](Loaded& m) {
         m.weights.qkv_order =
             m.weights.qkv_order == QkvOrder::by_group ? QkvOrder::in_turn : QkvOrder::by_group;
       }},
      {"groups exchanged", grouped,
       [](Loaded& m) {
         if (joint(m.config)) {
           for_blocks(m, [](BlockWeights& b) { b.qkv = b.qkv.roll(b.qkv.size(1) / 4, 0); });
         } else {
           const auto size = m.config.head_size();
           for_blocks(m, [size](BlockWeights& b) { b.k = b.k.roll(size, 0); });
         }
       }},
      {"learned positions dropped", [](const auto& c) { return c.learned_positions; },
       [](Loaded& m) { m.weights.positions = at::Tensor(); }},
      {"head's bias dropped", [](const auto& c) { return c.head_bias; },
       [](Loaded& m) { m.weights.head_bias = at::Tensor(); }},
      {"last norm's shift dropped", layer_shift,
       [](Loaded& m) { m.weights.norm_f_bias = at::Tensor(); }},
  };
}

Loaded loaded(const std::string& family) {
  CheckpointOptions options;
  options.model = test::family_folder(family);
  const auto checkpoint = find_checkpoint(options);
  return {
      .config = checkpoint.config,
      .weights = load_weights(test::weight_files(checkpoint), *checkpoint.format, checkpoint.config,
                              checkpoint.kind, ComputeType::f32, torch::kCPU),
      .kind = checkpoint.kind};
}

/// In how many families the comparison of logits was made to see the fault.
int check_seen(const Fault& fault) {
  int concerned = 0;
  for (const auto& family : test::family_names()) {
    auto model = loaded(family);
    if (!fault.concerns(model.config)) continue;
    ++concerned;
    fault.plant(model);
    const Transformer faulty(model.config, model.kind, ComputeType::f32, std::move(model.weights));
    INFO(fault.name << " in " << family);
    CHECK(test::worst_logit_error(family, faulty) > kTolerance);
  }
  return concerned;
}

}  // namespace

TEST_CASE("a fault in any field of a configuration changes logits by more than the tolerance") {
  for (const auto& fault : config_faults()) {
    INFO(fault.name);
    CHECK(check_seen(fault) > 0);
  }
}

TEST_CASE("a tensor dropped or exchanged changes logits by more than the tolerance") {
  for (const auto& fault : weight_faults()) {
    INFO(fault.name);
    CHECK(check_seen(fault) > 0);
  }
}

}  // namespace smdm
