// The keys of configurations, family by family: what must be there, of which type, and that nothing
// which may change a logit is passed over. Every error is one line with the file and the field.
#include <algorithm>
#include <string>
#include <vector>

#include "models/formats/list.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::contains;
using Json = nlohmann::json;
using Names = std::vector<std::string>;

std::string refusal(const Json& config) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "config.json";
  test::write_file(path, config.dump());
  auto error = test::error_text<ErrorKind::checkpoint>([&] { return read_config(path); });
  if (!error.empty()) CHECK(error.starts_with(path.string() + ": field \""));
  CHECK(error.find('\n') == std::string::npos);
  return error;
}

std::string refusal_of(Json config, const std::string& field, const Json& value) {
  config[field] = value;
  return refusal(config);
}

bool names(const std::string& error, const std::string& field) {
  return contains(error, "config.json: field \"" + field + "\": wanted ");
}

/// What is asked of the keys of one small configuration.
struct Family {
  std::string folder;
  Names sizes;                                        ///< positive integers that must be there
  Names numbers;                                      ///< numbers above 0 that must be there
  Names flags;                                        ///< true or false, where they are there
  Names choices;                                      ///< texts of which only some are computed
  std::vector<std::pair<std::string, Json>> refused;  ///< values that are not computed
};

const Names kBlockSizes = {"max_position_embeddings",
                           "num_hidden_layers",
                           "num_attention_heads",
                           "hidden_size",
                           "vocab_size",
                           "intermediate_size"};
const Names kBlockNumbers = {"rms_norm_eps", "rope_theta"};
const Names kBlockFlags = {"tie_word_embeddings", "is_causal"};

Names with(Names names, const Names& more) {
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

Json scaling(const std::string& type) {
  return {{"rope_type", type}, {"factor", 2.0}};
}

std::vector<std::pair<std::string, Json>> refused_everywhere() {
  return {{"quantization_config", {{"quant_method", "gptq"}}},
          {"num_experts", 8},
          {"num_local_experts", 8},
          {"n_routed_experts", 64},
          {"moe_intermediate_size", 256},
          {"block_size", 32},
          {"bd_size", 32},
          {"is_encoder_decoder", true},
          {"add_cross_attention", true},
          {"vision_config", {{"hidden_size", 8}}},
          {"architectures", {"XForSequenceClassification"}},
          {"pruned_heads", {{"0", {1}}}}};
}

std::vector<std::pair<std::string, Json>> refused_in_blocks() {
  return {{"rope_scaling", scaling("linear")}, {"rope_interleaved", true},
          {"partial_rotary_factor", 0.5},      {"hidden_act", "relu"},
          {"final_logit_softcapping", 30.0},   {"attn_logit_softcapping", 50.0}};
}

std::vector<Family> families() {
  const Names said_biases = {"attention_bias", "mlp_bias"};
  return {
      {.folder = "hf_llama",
       .sizes = kBlockSizes,
       .numbers = kBlockNumbers,
       .flags = with(kBlockFlags, said_biases),
       .choices = {"hidden_act"},
       .refused = {{"is_causal", false}, {"sliding_window", 64}}},
      {.folder = "mistral",
       .sizes = with(kBlockSizes, {"num_key_value_heads"}),
       .numbers = kBlockNumbers,
       .flags = kBlockFlags,
       .choices = {"hidden_act"},
       .refused = {{"is_causal", false}, {"attention_bias", true}, {"mlp_bias", true}}},
      {.folder = "hf_qwen2",
       .sizes = with(kBlockSizes, {"num_key_value_heads"}),
       .numbers = kBlockNumbers,
       .flags = with(kBlockFlags, {"use_sliding_window"}),
       .choices = {"hidden_act"},
       .refused = {{"is_causal", false}, {"mlp_bias", true}, {"use_mrope", true}}},
      {.folder = "hf_qwen3",
       .sizes = with(kBlockSizes, {"num_key_value_heads", "head_dim"}),
       .numbers = kBlockNumbers,
       .flags = with(kBlockFlags, {"use_sliding_window", "attention_bias"}),
       .choices = {"hidden_act"},
       .refused = {{"is_causal", false}, {"mlp_bias", true}}},
      {.folder = "dream",
       .sizes = with(kBlockSizes, {"num_key_value_heads"}),
       .numbers = kBlockNumbers,
       .flags = with(kBlockFlags, {"use_sliding_window"}),
       .choices = {"hidden_act"},
       .refused = {{"is_causal", true}, {"attention_bias", true}}},
      {.folder = "a2d_llama",
       .sizes = kBlockSizes,
       .numbers = kBlockNumbers,
       .flags = with(kBlockFlags, with(said_biases, {"right_shift_logits"})),
       .choices = {"hidden_act"},
       .refused = {{"is_causal", true}, {"loophole_enabled", true}}},
      {.folder = "a2d_qwen3",
       .sizes = with(kBlockSizes, {"num_key_value_heads", "head_dim"}),
       .numbers = kBlockNumbers,
       .flags = with(kBlockFlags, {"attention_bias", "right_shift_logits"}),
       .choices = {"hidden_act"},
       .refused = {{"is_causal", true}}},
      {.folder = "hf_gpt2",
       .sizes = {"n_positions", "n_layer", "n_head", "n_embd", "vocab_size"},
       .numbers = {"layer_norm_epsilon"},
       .flags = {"tie_word_embeddings", "scale_attn_weights"},
       .choices = {"activation_function"},
       .refused = {{"scale_attn_weights", false},
                   {"scale_attn_by_inverse_layer_idx", true},
                   {"reorder_and_upcast_attn", true},
                   {"n_ctx", 64},
                   {"activation_function", "relu"},
                   {"rope_theta", 10000.0},
                   {"architectures", {"GPT2DoubleHeadsModel"}}}},
      {.folder = "gpt_neox",
       .sizes = {"max_position_embeddings", "num_hidden_layers", "num_attention_heads",
                 "hidden_size", "vocab_size", "intermediate_size"},
       .numbers = {"layer_norm_eps", "rotary_emb_base", "rotary_pct"},
       .flags = {"tie_word_embeddings", "use_parallel_residual", "attention_bias"},
       .choices = {"hidden_act"},
       .refused = {{"rope_scaling", scaling("linear")},
                   {"rope_theta", 5e5},
                   {"partial_rotary_factor", 0.5},
                   {"rotary_pct", 0.125},
                   {"rotary_pct", 1.5},
                   {"hidden_act", "relu"}}},
      {.folder = "llada",
       .sizes = {"max_sequence_length", "n_layers", "n_heads", "d_model", "vocab_size",
                 "mlp_hidden_size", "embedding_size"},
       .numbers = {"rms_norm_eps", "rope_theta"},
       .flags = {"rope", "include_bias", "weight_tying", "rope_full_precision",
                 "layer_norm_with_affine"},
       .choices = {"block_type", "layer_norm_type", "activation_type"},
       .refused = {{"rope", false},
                   {"rope", nullptr},
                   {"include_bias", true},
                   {"include_bias", nullptr},
                   {"include_qkv_bias", true},
                   {"bias_for_layer_norm", true},
                   {"weight_tying", true},
                   {"weight_tying", nullptr},
                   {"layer_norm_with_affine", false},
                   {"alibi", true},
                   {"scale_logits", true},
                   {"input_emb_norm", true},
                   {"attention_layer_norm", true},
                   {"multi_query_attention", true},
                   {"block_type", "sequential"},
                   {"block_type", nullptr},
                   {"layer_norm_type", "default"},
                   {"layer_norm_type", nullptr},
                   {"activation_type", "swiglu"},
                   {"activation_type", nullptr},
                   {"block_group_size", 4},
                   {"rope_scaling", scaling("linear")},
                   {"embedding_size", 300}}},
      {.folder = "mdlm",
       .sizes = {"model_length", "n_blocks", "n_heads", "hidden_dim", "vocab_size", "cond_dim"},
       .numbers = {},
       .flags = {"time_conditioning"},
       .choices = {},
       .refused = {{"time_conditioning", true}, {"causal", true}, {"mask_token_id", 5}}},
  };
}

Json golden(const std::string& folder) {
  return Json::parse(test::read_file(test::golden() / "hf" / folder / "config.json"));
}

void check_missing_and_mistyped(const Json& config, const Family& family) {
  for (const auto& field : family.sizes) {
    auto without = config;
    without.erase(field);
    CHECK(names(refusal(without), field));
    for (const Json& bad : {Json(0), Json(-3), Json(2.5), Json("8"), Json(true),
                            Json(Json::array()), Json(std::int64_t{1} << 40)})
      CHECK(names(refusal_of(config, field, bad), field));
  }
  for (const auto& field : family.numbers) {
    auto without = config;
    without.erase(field);
    CHECK(names(refusal(without), field));
    for (const Json& bad : {Json(0), Json(-1.0), Json("8"), Json(true)})
      CHECK(names(refusal_of(config, field, bad), field));
  }
  for (const auto& field : family.flags) {
    for (const Json& bad : {Json(0), Json(1), Json("false")})
      CHECK(names(refusal_of(config, field, bad), field));
  }
  for (const auto& field : family.choices) {
    for (const Json& bad : {Json(0), Json("other"), Json(Json::object())})
      CHECK(names(refusal_of(config, field, bad), field));
  }
}

}  // namespace

TEST_CASE("a key that is missing, of another type or 0 is named, in every family", "[families]") {
  for (const auto& family : families()) {
    INFO(family.folder);
    const auto config = golden(family.folder);
    CHECK(refusal(config).empty());
    check_missing_and_mistyped(config, family);
    for (const std::string field : {"bos_token_id", "pad_token_id", "eos_token_id"}) {
      for (const Json& bad : {Json("a"), Json(1.5), Json(true), Json(std::int64_t{1} << 40)})
        CHECK(names(refusal_of(config, field, bad), field));
      CHECK(refusal_of(config, field, -1).empty());
      CHECK(refusal_of(config, field, nullptr).empty());
    }
    CHECK(names(refusal_of(config, "eos_token_id", {1, "a"}), "eos_token_id"));
    CHECK(names(refusal_of(config, "architectures", "LlamaForCausalLM"), "architectures"));
    CHECK(names(refusal_of(config, "architectures", {5}), "architectures"));
  }
}

TEST_CASE("widths that cannot be shared out among heads are refused", "[families]") {
  CHECK(names(refusal_of(golden("hf_qwen2"), "hidden_size", 30), "hidden_size"));
  CHECK(names(refusal_of(golden("hf_qwen2"), "hidden_size", 20), "hidden_size"));  // 5 a head
  CHECK(names(refusal_of(golden("hf_qwen2"), "num_key_value_heads", 3), "num_key_value_heads"));
  CHECK(names(refusal_of(golden("hf_llama"), "num_key_value_heads", 3), "num_key_value_heads"));
  CHECK(names(refusal_of(golden("hf_llama"), "head_dim", 7), "head_dim"));
  CHECK(names(refusal_of(golden("hf_gpt2"), "n_embd", 30), "n_embd"));
  CHECK(names(refusal_of(golden("gpt_neox"), "hidden_size", 30), "hidden_size"));
  CHECK(names(refusal_of(golden("llada"), "d_model", 30), "d_model"));
  CHECK(names(refusal_of(golden("llada"), "n_kv_heads", 3), "n_kv_heads"));
  CHECK(names(refusal_of(golden("mdlm"), "hidden_dim", 30), "hidden_dim"));
  CHECK(names(refusal_of(golden("mdlm"), "hidden_dim", 20), "hidden_dim"));
}

TEST_CASE("what is not computed is refused by its name, in every family", "[families]") {
  const Names of_blocks = {"hf_llama", "mistral",   "hf_qwen2", "hf_qwen3",
                           "dream",    "a2d_llama", "a2d_qwen3"};
  for (const auto& family : families()) {
    INFO(family.folder);
    const auto config = golden(family.folder);
    auto refused = family.refused;
    for (const auto& more : refused_everywhere()) refused.push_back(more);
    if (std::ranges::find(of_blocks, family.folder) != of_blocks.end())
      for (const auto& more : refused_in_blocks()) refused.push_back(more);
    for (const auto& [field, value] : refused) {
      const auto error = refusal_of(config, field, value);
      CHECK(contains(error, "config.json: field \"" + field));
    }
  }
}

TEST_CASE("a key that nobody knows is refused unless it holds nothing", "[families]") {
  for (const auto& family : families()) {
    INFO(family.folder);
    const auto config = golden(family.folder);
    const auto read = [&] {
      const test::TemporaryFolder folder;
      test::write_file(folder.path() / "c", config.dump());
      return read_config(folder.path() / "c");
    }();
    for (const Json& value : {Json(1), Json(0), Json(0.5), Json("x"), Json(true),
                              Json(Json::array()), Json({{"a", 1}})}) {
      const auto error = refusal_of(config, "embedding_multiplier", value);
      CHECK(contains(error, "field \"embedding_multiplier\": wanted no field unknown to family " +
                                read.family + ", got "));
    }
    CHECK(refusal_of(config, "embedding_multiplier", nullptr).empty());
    CHECK(refusal_of(config, "embedding_multiplier", false).empty());
    CHECK(contains(refusal_of(config, "two\nlines", 1), "field \"two\\nlines\""));
    for (const std::string harmless :
         {"torch_dtype", "dtype", "_name_or_path", "transformers_version", "problem_type"})
      CHECK(refusal_of(config, harmless, "4.50.0").empty());
    for (const std::string harmless : {"initializer_range", "attention_dropout", "any_dropout",
                                       "hidden_dropout_prob", "attn_pdrop", "temperature"})
      CHECK(refusal_of(config, harmless, 0.1).empty());
    CHECK(refusal_of(config, "pruned_heads", Json::object()).empty());
    CHECK(refusal_of(config, "use_cache", true).empty());
    CHECK(refusal_of(config, "id2label", {{"0", "LABEL_0"}}).empty());
  }
  CHECK(contains(refusal_of(golden("hf_gpt2"), "pretraining_tp", 1), "pretraining_tp"));
}

TEST_CASE("rotary scaling is Llama-3's or none, and complete", "[families]") {
  const auto config = golden("hf_llama3_rope");
  CHECK(refusal(config).empty());
  const auto changed = [&](const std::string& field, const Json& value) {
    auto other = config;
    other["rope_scaling"][field] = value;
    return refusal(other);
  };
  for (const std::string type : {"linear", "dynamic", "yarn", "longrope", "su", "mrope"}) {
    CHECK(contains(changed("rope_type", type),
                   "field \"rope_scaling.rope_type\": wanted default or llama3, got \"" + type));
  }
  for (const std::string field :
       {"factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"}) {
    auto without = config;
    without["rope_scaling"].erase(field);
    CHECK(names(refusal(without), "rope_scaling." + field));
    for (const Json& bad : {Json(0), Json(-1), Json("8")})
      CHECK(names(changed(field, bad), "rope_scaling." + field));
  }
  CHECK(names(changed("high_freq_factor", 1.0), "rope_scaling.high_freq_factor"));
  CHECK(names(changed("type", "linear"), "rope_scaling.type"));
  CHECK(contains(changed("mscale", 2.0), "field \"rope_scaling.mscale\": wanted no field unknown"));
  CHECK(names(changed("partial_rotary_factor", 0.5), "rope_scaling.partial_rotary_factor"));
  CHECK(names(refusal_of(config, "rope_scaling", "llama3"), "rope_scaling"));
  CHECK(names(refusal_of(config, "rope_scaling", {{"type", "linear"}, {"factor", 2.0}}),
              "rope_scaling.type"));
  CHECK(contains(refusal_of(config, "rope_scaling", {{"factor", 2.0}}),
                 "field \"rope_scaling.factor\": wanted no field unknown"));
  CHECK(contains(refusal_of(config, "rope_parameters", {{"full_attention", Json::object()}}),
                 "rope_parameters"));
  // As deep as a file may be, without an end of the program.
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  auto text = config.dump();
  text.replace(text.find("\"rope_scaling\":") + 15, 0, "{\"rope_type\":" + deep + "},\"other\":");
  const test::TemporaryFolder folder;
  test::write_file(folder.path() / "config.json", text);
  CHECK(contains(test::error_text<ErrorKind::checkpoint>(
                     [&] { return read_config(folder.path() / "config.json"); }),
                 "field \"rope_scaling.rope_type\": wanted a string, got a list or an object"));
}

TEST_CASE("the activations of layers without a gate", "[families]") {
  const auto of = [](const std::string& folder, const std::string& field, const std::string& name) {
    const test::TemporaryFolder place;
    auto config = golden(folder);
    config[field] = name;
    test::write_file(place.path() / "c", config.dump());
    return read_config(place.path() / "c").feed_forward;
  };
  for (const auto& [folder, field] : std::vector<std::pair<std::string, std::string>>{
           {"hf_gpt2", "activation_function"}, {"gpt_neox", "hidden_act"}}) {
    CHECK(of(folder, field, "gelu") == FeedForward::gelu);
    for (const std::string name : {"gelu_new", "gelu_fast", "gelu_pytorch_tanh"})
      CHECK(of(folder, field, name) == FeedForward::gelu_tanh);
  }
}

}  // namespace smdm
