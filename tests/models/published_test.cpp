// Configurations of published models, old and new files of a family, windows of attention; and what
// is refused as a whole: types that are not computed, adapters, options of SMDM's checkpoints.
#include <filesystem>
#include <string>
#include <vector>

#include "models/formats/list.hpp"
#include "tests/models/family_folder.hpp"
#include "tests/models/published_configs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using Folder = test::FamilyFolder;
using Json = nlohmann::json;

}  // namespace

TEST_CASE("published configurations are read to their sizes", "[families]") {
  for (const auto& published : test::published_configs()) {
    INFO(published.name);
    const Folder folder(Json::parse(published.text));
    const auto config = folder.read();
    CHECK(config.family == published.family);
    CHECK(config.n_layer == published.layers);
    CHECK(config.n_embd == published.width);
    CHECK(config.n_query_groups == published.key_heads);
    CHECK(config.head_size() == published.head_size);
    CHECK(config.intermediate_size == published.intermediate);
    CHECK(config.padded_vocab_size == published.vocabulary);
    CHECK(config.block_size == published.positions);
    CHECK(config.rotary_base == published.rotary_base);
    CHECK(config.rope_scaling.has_value() == published.scaled);
    CHECK(config.tied_head == published.tied);
    CHECK(config.mask_id == published.mask);
    CHECK(config.window == published.window);
    CHECK(config.eos_ids == published.ends);
  }
}

TEST_CASE("LLaMA's files have no rotary base only where they are older than the key",
          "[families]") {
  auto json = test::golden_config("hf_llama");
  json.erase("rope_theta");
  for (const std::string version : {"4.28.0.dev0", "4.31.0", "4.31.0.dev0", "3.9.1"}) {
    json["transformers_version"] = version;
    CHECK(Folder(json).read().rotary_base == 10000.0);
  }
  for (const std::string version : {"4.32.0", "4.40.1", "5.0.0", "", "4", "dev", "x.y"}) {
    INFO(version);
    json["transformers_version"] = version;
    CHECK(contains(Folder(json).refusal(), "field \"rope_theta\": wanted a number above 0"));
  }
  json = test::golden_config("mistral");
  json.erase("rope_theta");
  json["transformers_version"] = "4.31.0";
  CHECK(contains(Folder(json).refusal(), "field \"rope_theta\": wanted a number above 0"));
}

TEST_CASE("a window makes the longest row no longer than it is", "[families]") {
  auto json = test::golden_config("mistral");
  json["sliding_window"] = 64;
  CHECK(Folder(json).read().block_size == 64);
  CHECK(Folder(json).read().window == 64);
  json["sliding_window"] = 4096;
  CHECK(Folder(json).read().block_size == 128);
  json.erase("sliding_window");
  CHECK(contains(Folder(json).refusal(), "field \"sliding_window\": wanted a window or null"));

  json = test::golden_config("hf_qwen2");
  json["sliding_window"] = 64;
  json["max_window_layers"] = 0;
  CHECK_FALSE(Folder(json).read().window.has_value());
  CHECK(Folder(json).read().block_size == 128);
  json["use_sliding_window"] = true;
  CHECK(Folder(json).read().window == 64);
  CHECK(Folder(json).read().block_size == 64);
  json["max_window_layers"] = 2;
  CHECK_FALSE(Folder(json).read().window.has_value());
  json["max_window_layers"] = 1;
  CHECK(contains(Folder(json).refusal(),
                 "field \"max_window_layers\": wanted a window in all layers or in none, got 1"));
  json.erase("max_window_layers");
  CHECK(contains(Folder(json).refusal(), "field \"max_window_layers\": wanted the number"));
  json["layer_types"] = {"sliding_attention", "sliding_attention"};
  CHECK(Folder(json).read().window == 64);
  json["layer_types"] = {"full_attention", "sliding_attention"};
  CHECK(contains(Folder(json).refusal(), "field \"layer_types\": wanted a window in all layers"));
  json["layer_types"] = {"full_attention", "full_attention"};
  CHECK_FALSE(Folder(json).read().window.has_value());
  json["layer_types"] = {"full_attention"};
  CHECK(contains(Folder(json).refusal(), "field \"layer_types\": wanted one type for each"));
  json["layer_types"] = {"full_attention", "linear_attention"};
  CHECK(contains(Folder(json).refusal(), "field \"layer_types\": wanted full_attention or"));
}

TEST_CASE("types that are known and not computed are refused with what they are", "[families]") {
  const auto refusal = [](const Json& type) {
    return Folder({{"model_type", type}, {"hidden_size", 8}}).refusal();
  };
  for (const auto& [type, what] :
       std::vector<std::pair<std::string, std::string>>{{"SDAR", "causal blocks"},
                                                        {"sdar_moe", "causal blocks"},
                                                        {"Fast_dLLM_Qwen", "blocks"},
                                                        {"llada2_moe", "mixture of experts"},
                                                        {"lladamoe", "experts"},
                                                        {"bd3lm", "BD3LM"},
                                                        {"TraDo", "causal blocks"},
                                                        {"mixtral", "mixture of experts"},
                                                        {"qwen2_moe", "experts"},
                                                        {"qwen3_moe", "mixture of experts"},
                                                        {"gemma3_text", "Gemma"},
                                                        {"phi3", "Phi"},
                                                        {"falcon", "Falcon"},
                                                        {"opt", "OPT"},
                                                        {"bloom", "BLOOM"},
                                                        {"mamba2", "Mamba"},
                                                        {"gpt_oss", "gpt-oss"},
                                                        {"deepseek_v3", "DeepSeek"},
                                                        {"a2d-qwen3_5", "A2D of another family"}}) {
    INFO(type);
    const auto error = refusal(type);
    CHECK(contains(error, "config.json: field \"model_type\": wanted a type that can be computed"));
    CHECK(contains(error, what));
  }
  for (const auto& error : {refusal("nobody_knows"), refusal(nullptr)}) {
    CHECK(contains(error, "config.json: field \"model_type\": wanted one of "));
    for (const auto& format : all_formats())
      CHECK(contains(error, format.family == "dream"
                                ? "\"Dream\""
                                : std::string(format.family == "smdm" ? "SMDM" : format.family)));
  }
  // LLaDA-MoE says LLaDA's type.
  auto moe = test::golden_config("llada");
  moe["num_experts"] = 64;
  moe["architectures"] = {"LLaDAMoEModelLM"};
  CHECK(contains(Folder(moe).refusal(), "\"num_experts\": wanted none: mixtures of experts"));
  // Dream's block-causal relative says Dream's type.
  auto reasoner = test::golden_config("dream");
  reasoner["block_size"] = 32;
  CHECK(contains(Folder(reasoner).refusal(), "\"block_size\": wanted none: attention in causal"));
}

TEST_CASE("an adapter without its base model is told", "[families]") {
  const Folder folder(test::golden_config("hf_llama"));
  folder.write("adapter_config.json", {{"peft_type", "LORA"}});
  CHECK(folder.refusal().empty());
  fs::remove(folder.config());
  CHECK(
      contains(folder.refusal(), "adapter_config.json: an adapter alone: merge it into its base"));
  fs::remove(folder.path() / "model.safetensors");
  CHECK(
      contains(folder.refusal(), "adapter_config.json: an adapter alone: merge it into its base"));
}

TEST_CASE("options that are SMDM's are refused with other families", "[families]") {
  const Folder folder(test::golden_config("hf_llama"));
  CheckpointOptions options;
  options.rope_tables = RopeTables::bf16;
  CHECK(contains(folder.refusal(options),
                 "config.json: --rope-tables: wanted one of SMDM's checkpoints, got one of family "
                 "llama"));
  options = {};
  options.model_size = 6;
  CHECK(contains(folder.refusal(options),
                 "config.json: --model-size: wanted one of SMDM's checkpoints, got one of family "
                 "llama"));
  options = {};
  options.backend = ModelKind::mdm;
  CHECK(
      contains(folder.refusal(options),
               "--backend mdm contradicts the checkpoint, which is \"arm\" by its family, llama"));
}

}  // namespace smdm
