// GPT-2's keys, of which the library has renamed some since its first files, and its tensors.
#include "models/formats/gpt2.hpp"

#include <array>

#include "models/formats/hugging_face.hpp"

namespace smdm {
namespace {

constexpr SizeKeys kSizes = {
    .positions = "n_positions", .layers = "n_layer", .heads = "n_head", .width = "n_embd"};

constexpr std::string_view kArchitectures[] = {"GPT2LMHeadModel", "GPT2Model"};
constexpr HarmlessKey kHarmless[] = {
    // Of a head that sums a text up, which a language model does not have.
    {.key = "summary_type"},          {.key = "summary_use_proj"},
    {.key = "summary_activation"},    {.key = "summary_proj_to_labels"},
    {.key = "summary_first_dropout"},
};
constexpr RefusedKey kRefused[] = {
    {.key = "scale_attn_by_inverse_layer_idx",
     .wanted = "false: scores have one scale in all layers"},
    {.key = "reorder_and_upcast_attn", .wanted = "false: scores are rounded as everything else"},
};
constexpr FamilyKeys kKeys = {.family = "gpt2",
                              .kind = ModelKind::arm,
                              .architectures = kArchitectures,
                              .harmless = kHarmless,
                              .refused = kRefused};

constexpr std::array<TensorName, 17> kTensors = {{
    {.role = TensorRole::embedding, .name = "wte.weight"},
    {.role = TensorRole::positions, .name = "wpe.weight"},
    {.role = TensorRole::norm_1, .name = "h.{layer}.ln_1.weight"},
    {.role = TensorRole::norm_1_bias, .name = "h.{layer}.ln_1.bias"},
    {.role = TensorRole::qkv, .name = "h.{layer}.attn.c_attn.weight", .stored = Stored::transposed},
    {.role = TensorRole::qkv_bias, .name = "h.{layer}.attn.c_attn.bias"},
    {.role = TensorRole::proj,
     .name = "h.{layer}.attn.c_proj.weight",
     .stored = Stored::transposed},
    {.role = TensorRole::proj_bias, .name = "h.{layer}.attn.c_proj.bias"},
    {.role = TensorRole::norm_2, .name = "h.{layer}.ln_2.weight"},
    {.role = TensorRole::norm_2_bias, .name = "h.{layer}.ln_2.bias"},
    {.role = TensorRole::up, .name = "h.{layer}.mlp.c_fc.weight", .stored = Stored::transposed},
    {.role = TensorRole::up_bias, .name = "h.{layer}.mlp.c_fc.bias"},
    {.role = TensorRole::down, .name = "h.{layer}.mlp.c_proj.weight", .stored = Stored::transposed},
    {.role = TensorRole::down_bias, .name = "h.{layer}.mlp.c_proj.bias"},
    {.role = TensorRole::norm_f, .name = "ln_f.weight"},
    {.role = TensorRole::norm_f_bias, .name = "ln_f.bias"},
    {.role = TensorRole::head, .name = "lm_head.weight"},
}};

/// The causal mask and the number that hides by it.
constexpr std::array<std::string_view, 2> kSkipped = {"h.{layer}.attn.bias",
                                                      "h.{layer}.attn.masked_bias"};

ModelConfig read(const ConfigFields& fields) {
  auto config = start_config(fields, kKeys);
  read_sizes(fields, kSizes, config);
  require_whole_heads(fields, kSizes, config);
  if (fields.positive("n_ctx", config.block_size) != config.block_size)
    fields.reject("n_ctx", "the same as \"n_positions\"");
  constexpr std::int64_t kWider = 4;
  config.intermediate_size = fields.positive("n_inner", kWider * config.n_embd);
  require_flag(fields, "scale_attn_weights", true, true);
  config.norm = NormKind::layer;
  config.norm_eps = fields.positive_number("layer_norm_epsilon");
  config.norm_bias = true;
  config.feed_forward = gelu_of(fields, "activation_function", "gelu_new");
  config.qkv_bias = config.proj_bias = config.feed_forward_bias = true;
  config.learned_positions = true;
  config.rotary_percentage = 0.0;
  config.tied_head = fields.flag("tie_word_embeddings", true);
  refuse_unread(fields, kKeys);
  return config;
}

}  // namespace

ModelFormat gpt2_format() {
  return {.name = "GPT-2",
          .family = kKeys.family,
          .model_type = "gpt2",
          .read = read,
          .kind = kind_of_family,
          .tensors = kTensors,
          .qkv_order = QkvOrder::in_turn,
          .optional_prefix = "transformer.",
          .skipped = kSkipped,
          .published = none_published};
}

}  // namespace smdm
