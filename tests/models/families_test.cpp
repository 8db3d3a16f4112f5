// Families of other checkpoints: that small configurations are read as what they say, field by
// field, in both spellings of rotary parameters, and under which names each family stores its
// tensors.
#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "models/formats/list.hpp"
#include "tests/models/family_folder.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using Json = nlohmann::json;

using Folder = test::FamilyFolder;

fs::path golden_path(const std::string& folder) {
  return test::golden() / "hf" / folder / "config.json";
}

/// All of a configuration in one line, so that two can be compared.
std::string all_of(const ModelConfig& c) {
  std::ostringstream out;
  const auto number = [](const auto& value) { return value ? std::to_string(*value) : "none"; };
  out << c.family << ' ' << c.block_size << ' ' << c.vocab_size << ' ' << c.padded_vocab_size << ' '
      << c.n_layer << ' ' << c.n_head << ' ' << c.n_embd << ' ' << c.n_query_groups << ' '
      << c.head_size() << ' ' << c.intermediate_size << ' ' << c.rotary_percentage << ' '
      << c.rotary_base << ' ' << c.norm_eps << ' ' << c.condense_ratio << " | ";
  if (c.rope_scaling) {
    out << c.rope_scaling->factor << ' ' << c.rope_scaling->low_freq_factor << ' '
        << c.rope_scaling->high_freq_factor << ' ' << c.rope_scaling->original_positions;
  }
  out << " | " << c.learned_positions << static_cast<int>(c.norm) << c.norm_bias << c.qk_norm
      << static_cast<int>(c.feed_forward) << c.qkv_bias << c.proj_bias << c.feed_forward_bias
      << c.head_bias << c.tied_head << c.parallel_residual << c.shared_attention_norm
      << c.rope_full_precision << c.shifted_logits << c.shift_is_open << c.excludes_mask
      << c.bos_in_front << ' ' << c.cond_dim << ' ' << to_string(c.kind.value())
      << static_cast<int>(c.rope_tables) << static_cast<int>(c.arithmetic) << " mask "
      << number(c.mask_id) << " window " << number(c.window) << " bos " << number(c.bos_id)
      << " pad " << number(c.pad_id) << " eos";
  for (const auto id : c.eos_ids) out << ' ' << id;
  return out.str();
}

/// What is the same in all small configurations of LLaMA's layers, and in all families.
ModelConfig small_block(const std::string& family, ModelKind kind) {
  ModelConfig config;
  config.family = family;
  config.kind = kind;
  config.arithmetic = Arithmetic::transformers;
  config.rope_tables = RopeTables::f32;
  config.block_size = 128;
  config.vocab_size = config.padded_vocab_size = 320;
  config.n_layer = 2;
  config.n_head = 4;
  config.n_query_groups = 2;
  config.n_embd = 32;
  config.intermediate_size = 80;
  config.norm_eps = 1e-6;
  return config;
}

struct Golden {
  std::string folder;
  ModelConfig config;
};

std::vector<Golden> golden_autoregressive() {
  std::vector<Golden> all;
  auto config = small_block("llama", ModelKind::arm);
  config.norm_eps = 1e-5;
  config.bos_id = 1;
  config.eos_ids = {2};
  all.push_back({.folder = "hf_llama", .config = config});
  config.rotary_base = 5e5;
  all.push_back({.folder = "hf_llama_t5config", .config = config});
  config.norm_eps = 1e-6;
  config.n_head = 2;
  config.block_size = 256;
  config.rope_scaling = {.factor = 8.0, .original_positions = 32};
  all.push_back({.folder = "hf_llama3_rope", .config = config});
  config = all.front().config;
  config.norm_eps = 1e-6;
  config.rotary_base = 1e5;
  config.n_query_groups = 1;
  config.tied_head = true;
  all.push_back({.folder = "hf_llama_tied_bf16", .config = config});
  config = all.front().config;
  config.family = "mistral";
  config.rotary_base = 1e6;
  all.push_back({.folder = "mistral", .config = config});
  config = small_block("qwen2", ModelKind::arm);
  config.rotary_base = 1e6;
  config.qkv_bias = true;
  all.push_back({.folder = "hf_qwen2", .config = config});
  config = small_block("qwen3", ModelKind::arm);
  config.head_dim = 16;
  config.qk_norm = true;
  config.tied_head = true;
  all.push_back({.folder = "hf_qwen3", .config = config});
  config = small_block("gpt2", ModelKind::arm);
  config.n_query_groups = 4;
  config.intermediate_size = 128;
  config.norm_eps = 1e-5;
  config.norm = NormKind::layer;
  config.feed_forward = FeedForward::gelu_tanh;
  config.norm_bias = config.qkv_bias = config.proj_bias = config.feed_forward_bias = true;
  config.learned_positions = config.tied_head = true;
  config.rotary_percentage = 0.0;
  config.bos_id = 50256;
  config.eos_ids = {50256};
  all.push_back({.folder = "hf_gpt2", .config = config});
  config.family = "gpt_neox";
  config.block_size = 64;
  config.feed_forward = FeedForward::gelu;
  config.learned_positions = config.tied_head = false;
  config.parallel_residual = true;
  config.rotary_percentage = 0.25;
  config.bos_id = 0;
  config.eos_ids = {0};
  all.push_back({.folder = "gpt_neox", .config = config});
  return all;
}

std::vector<Golden> golden_diffusion() {
  std::vector<Golden> all;
  auto config = small_block("dream", ModelKind::mdm);
  config.rotary_base = 1e6;
  config.qkv_bias = true;
  config.shifted_logits = true;
  config.bos_in_front = true;
  config.mask_id = 319;
  all.push_back({.folder = "dream", .config = config});
  config = small_block("llada", ModelKind::mdm);
  config.n_layer = 3;
  config.n_query_groups = 4;
  config.norm_eps = 1e-5;
  config.rotary_base = 5e5;
  config.rope_full_precision = true;
  config.mask_id = 315;
  config.eos_ids = {314};
  config.pad_id = 314;
  all.push_back({.folder = "llada", .config = config});
  config = small_block("a2d-qwen3", ModelKind::mdm);
  config.qk_norm = true;
  config.tied_head = true;
  config.shift_is_open = true;
  config.mask_id = 318;
  all.push_back({.folder = "a2d_qwen3", .config = config});
  config = small_block("a2d-llama", ModelKind::mdm);
  config.norm_eps = 1e-5;
  config.rotary_base = 5e5;
  config.tied_head = true;
  config.shift_is_open = true;
  config.bos_id = 300;
  config.eos_ids = {301};
  all.push_back({.folder = "a2d_llama", .config = config});
  config = small_block("mdlm", ModelKind::mdm);
  config.n_query_groups = 4;
  config.intermediate_size = 128;
  config.norm_eps = 1e-5;
  config.norm = NormKind::layer;
  config.feed_forward = FeedForward::gelu_tanh;
  config.feed_forward_bias = config.head_bias = config.excludes_mask = true;
  config.cond_dim = 16;
  config.mask_id = 319;
  all.push_back({.folder = "mdlm", .config = config});
  return all;
}

}  // namespace

TEST_CASE("every small configuration is read as what its family computes", "[families]") {
  auto all = golden_autoregressive();
  for (auto& one : golden_diffusion()) all.push_back(one);
  std::set<std::string> families;
  for (const auto& [folder, config] : all) {
    INFO(folder);
    const auto read = recognise_config(golden_path(folder));
    CHECK(all_of(read.config) == all_of(config));
    CHECK(read.format->family == config.family);
    const ConfigFields fields(golden_path(folder));
    CHECK(std::ranges::count_if(all_formats(), [&](const ModelFormat& format) {
            return format.recognises(fields);
          }) == 1);
    const auto told = read.format->kind(read.config, {});
    REQUIRE(told.has_value());
    CHECK(told.value_or(ToldKind{}).kind == config.kind);
    families.insert(config.family);
  }
  // a2d-qwen2 has no small checkpoint: it is Qwen2's file under another type.
  auto json = test::golden_config("hf_qwen2");
  json["model_type"] = "a2d-qwen2";
  json["architectures"] = {"A2DQwen2LMHeadModel"};
  auto config = small_block("a2d-qwen2", ModelKind::mdm);
  config.rotary_base = 1e6;
  config.qkv_bias = config.shift_is_open = true;
  CHECK(all_of(Folder(json).read()) == all_of(config));
  families.insert("a2d-qwen2");
  families.insert("smdm");
  for (const auto& format : all_formats()) CHECK(families.contains(std::string(format.family)));
}

TEST_CASE("every table has the roles that its configurations ask for", "[families]") {
  for (const auto& [folder, role, name] :
       std::vector<std::tuple<std::string, TensorRole, std::string>>{
           {"hf_llama", TensorRole::gate, "model.layers.3.mlp.gate_proj.weight"},
           {"hf_qwen3", TensorRole::q_norm, "model.layers.3.self_attn.q_norm.weight"},
           {"hf_qwen2", TensorRole::k_bias, "model.layers.3.self_attn.k_proj.bias"},
           {"hf_gpt2", TensorRole::positions, "wpe.weight"},
           {"hf_gpt2", TensorRole::head, "lm_head.weight"},
           {"gpt_neox", TensorRole::qkv_bias, "gpt_neox.layers.3.attention.query_key_value.bias"},
           {"gpt_neox", TensorRole::head, "embed_out.weight"},
           {"llada", TensorRole::gate, "model.transformer.blocks.3.ff_proj.weight"},
           {"llada", TensorRole::down, "model.transformer.blocks.3.ff_out.weight"},
           {"llada", TensorRole::head, "model.transformer.ff_out.weight"},
           {"mdlm", TensorRole::embedding, "backbone.vocab_embed.embedding"},
           {"mdlm", TensorRole::modulation, "backbone.blocks.3.adaLN_modulation.weight"}}) {
    INFO(folder);
    const auto* const format = recognise_config(golden_path(folder)).format;
    CHECK(tensor_name(format->tensors, role, 3) == name);
  }
  const auto* const gpt2 = recognise_config(golden_path("hf_gpt2")).format;
  for (const auto role : {TensorRole::qkv, TensorRole::proj, TensorRole::up, TensorRole::down})
    CHECK(line_of(gpt2->tensors, role).stored == Stored::transposed);
  CHECK(gpt2->optional_prefix == "transformer.");
  CHECK(gpt2->qkv_order == QkvOrder::in_turn);
  CHECK(recognise_config(golden_path("gpt_neox")).format->qkv_order == QkvOrder::by_group);
  CHECK(recognise_config(golden_path("mdlm")).format->qkv_order == QkvOrder::in_turn);
}

TEST_CASE("both spellings of rotary parameters give the same configuration", "[families]") {
  for (const std::string folder : {"hf_llama", "hf_llama3_rope", "mistral", "hf_qwen2", "hf_qwen3",
                                   "dream", "a2d_llama", "a2d_qwen3"}) {
    INFO(folder);
    const auto older = test::golden_config(folder);
    auto newer = older;
    auto rope = older.value("rope_scaling", Json());
    if (rope.is_null()) rope = {{"rope_type", "default"}};
    rope["rope_theta"] = older.at("rope_theta");
    newer.erase("rope_theta");
    newer.erase("rope_scaling");
    newer["rope_parameters"] = rope;
    newer["transformers_version"] = "5.24.0";
    CHECK(all_of(Folder(newer).read()) == all_of(Folder(older).read()));
    auto both = newer;
    both["rope_theta"] = older.at("rope_theta");
    both["rope_scaling"] = older.value("rope_scaling", Json());
    CHECK(all_of(Folder(both).read()) == all_of(Folder(older).read()));
    both["rope_theta"] = 123.0;
    CHECK(
        contains(Folder(both).refusal(), "field \"rope_parameters.rope_theta\": wanted the same"));
    auto none = newer;
    none["rope_parameters"].erase("rope_theta");
    CHECK(contains(Folder(none).refusal(), "field \"rope_theta\": wanted a number above 0, got"));
  }
  auto scaled = test::golden_config("hf_llama3_rope");
  scaled["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", 5e5}};
  CHECK(contains(Folder(scaled).refusal(), "field \"rope_parameters\": wanted the same scaling"));
  auto older_word = test::golden_config("hf_llama3_rope");
  older_word["rope_scaling"]["type"] = "llama3";
  older_word["rope_scaling"].erase("rope_type");
  CHECK(Folder(older_word).read().rope_scaling.has_value());
  auto neox = test::golden_config("gpt_neox");
  const auto known = all_of(Folder(neox).read());
  neox.erase("rotary_emb_base");
  neox.erase("rotary_pct");
  neox["rope_parameters"] = {
      {"rope_type", "default"}, {"rope_theta", 10000}, {"partial_rotary_factor", 0.25}};
  CHECK(all_of(Folder(neox).read()) == known);
}

}  // namespace smdm
