// LLaDA's configuration has a switch for each of OLMo's many variants; the one that was published
// is read, and all others are refused by their names.
#include "models/formats/llada.hpp"

#include <array>

#include "models/formats/hugging_face.hpp"

namespace smdm {
namespace {

constexpr SizeKeys kSizes = {.positions = "max_sequence_length",
                             .layers = "n_layers",
                             .heads = "n_heads",
                             .width = "d_model"};

constexpr std::string_view kArchitectures[] = {"LLaDAModelLM"};
constexpr HarmlessKey kHarmless[] = {
    {.key = "alibi_bias_max"},                    // of alibi, which must be off
    {.key = "attention_layer_norm_with_affine"},  // of attention_layer_norm, which must be off
    {.key = "mlp_ratio"},                         // mlp_hidden_size is read
    {.key = "block_group_size", .only = "1"},
    {.key = "flash_attention"},
    {.key = "precision"},
    {.key = "init_device"},
    {.key = "init_fn"},
    {.key = "init_std"},
    {.key = "init_cutoff_factor"},
};
constexpr RefusedKey kRefused[] = {
    {.key = "alibi", .wanted = "false: positions are rotated"},
    {.key = "scale_logits", .wanted = "false: logits are not scaled"},
    {.key = "input_emb_norm", .wanted = "false: the embedding is not scaled"},
    {.key = "attention_layer_norm", .wanted = "false: queries and keys are not normalised"},
    {.key = "multi_query_attention", .wanted = "false: n_kv_heads says the key and value heads"},
    {.key = "include_qkv_bias", .wanted = "false: attention has no biases"},
    {.key = "bias_for_layer_norm", .wanted = "false: norms have no biases"},
};
constexpr FamilyKeys kKeys = {.family = "llada",
                              .kind = ModelKind::mdm,
                              .architectures = kArchitectures,
                              .harmless = kHarmless,
                              .refused = kRefused};

constexpr std::array<TensorName, 12> kTensors = {{
    {.role = TensorRole::embedding, .name = "model.transformer.wte.weight"},
    {.role = TensorRole::norm_1, .name = "model.transformer.blocks.{layer}.attn_norm.weight"},
    {.role = TensorRole::q, .name = "model.transformer.blocks.{layer}.q_proj.weight"},
    {.role = TensorRole::k, .name = "model.transformer.blocks.{layer}.k_proj.weight"},
    {.role = TensorRole::v, .name = "model.transformer.blocks.{layer}.v_proj.weight"},
    {.role = TensorRole::proj, .name = "model.transformer.blocks.{layer}.attn_out.weight"},
    {.role = TensorRole::norm_2, .name = "model.transformer.blocks.{layer}.ff_norm.weight"},
    {.role = TensorRole::gate, .name = "model.transformer.blocks.{layer}.ff_proj.weight"},
    {.role = TensorRole::up, .name = "model.transformer.blocks.{layer}.up_proj.weight"},
    {.role = TensorRole::down, .name = "model.transformer.blocks.{layer}.ff_out.weight"},
    {.role = TensorRole::norm_f, .name = "model.transformer.ln_f.weight"},
    {.role = TensorRole::head, .name = "model.transformer.ff_out.weight"},
}};

/// The switches whose absence means another variant than the published one.
void require_published_variant(const ConfigFields& fields) {
  require_text(fields, "block_type", "llama");
  require_text(fields, "layer_norm_type", "rms");
  require_text(fields, "activation_type", "silu");
  require_flag(fields, "rope", true, false);
  require_flag(fields, "include_bias", false, true);
  require_flag(fields, "weight_tying", false, true);
  require_flag(fields, "layer_norm_with_affine", true, true);
}

/// V is embedding_size, which may be more than vocab_size and is that where it is null.
void read_vocabulary(const ConfigFields& fields, ModelConfig& config) {
  if (!fields.names("embedding_size"))
    fields.reject("embedding_size", "a positive integer or null");
  config.padded_vocab_size = fields.positive("embedding_size", config.vocab_size);
  if (config.padded_vocab_size < config.vocab_size)
    fields.reject("embedding_size", "at least vocab_size");
}

ModelConfig read(const ConfigFields& fields) {
  auto config = start_config(fields, kKeys);
  require_published_variant(fields);
  read_sizes(fields, kSizes, config);
  require_whole_heads(fields, kSizes, config);
  require_pairs(fields, kSizes.width, config);
  read_vocabulary(fields, config);
  config.n_query_groups = fields.positive("n_kv_heads", config.n_head);
  if (config.n_head % config.n_query_groups != 0)
    fields.reject("n_kv_heads", "a divisor of n_heads");
  config.intermediate_size = fields.positive("mlp_hidden_size");
  config.norm_eps = fields.positive_number("rms_norm_eps");
  config.rotary_base = fields.positive_number("rope_theta");
  config.rope_full_precision = fields.flag("rope_full_precision", true);
  config.mask_id = fields.id("mask_token_id");
  refuse_unread(fields, kKeys);
  return config;
}

}  // namespace

ModelFormat llada_format() {
  return {.name = "LLaDA",
          .family = kKeys.family,
          .model_type = "llada",
          .read = read,
          .kind = kind_of_family,
          .tensors = kTensors,
          .published = none_published};
}

}  // namespace smdm
