// What is particular to SMDM's checkpoints: the fields of their configurations, the sizes of the
// published family, which come without a configuration, and the names of their tensors.
#include "models/formats/smdm.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace smdm {
namespace {

std::int64_t round_up(std::int64_t value, std::int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

void read_vocabulary(const ConfigFields& fields, ModelConfig& config) {
  constexpr std::int64_t kReferencePadding = 512;  // the reference's default
  if (!fields.has("vocab_size") && !fields.has("padded_vocab_size"))
    fields.reject("vocab_size", "a positive integer");
  config.vocab_size = fields.positive("vocab_size", 0);
  const auto multiple = fields.positive("padding_multiple", kReferencePadding);
  config.padded_vocab_size =
      fields.positive("padded_vocab_size", round_up(config.vocab_size, multiple));
  if (config.vocab_size == 0) config.vocab_size = config.padded_vocab_size;
  if (config.padded_vocab_size < config.vocab_size)
    fields.reject("padded_vocab_size", "at least vocab_size");
}

void read_sizes(const ConfigFields& fields, ModelConfig& config) {
  config.block_size = fields.positive("block_size");
  config.n_layer = fields.positive("n_layer");
  config.n_head = fields.positive("n_head");
  config.n_embd = fields.positive("n_embd");
  if (config.n_embd % config.n_head != 0) fields.reject("n_embd", "a multiple of n_head");
  config.n_query_groups = fields.positive("n_query_groups", config.n_head);
  if (config.n_head % config.n_query_groups != 0)
    fields.reject("n_query_groups", "a divisor of n_head");
  config.intermediate_size = fields.positive("intermediate_size");
  config.condense_ratio = fields.positive("condense_ratio", 1);
}

/// Fields that the reference knows and no shipped configuration uses otherwise.
void refuse_other_architectures(const ConfigFields& fields) {
  if (fields.flag("bias", false)) fields.reject("bias", "false (linear layers without bias)");
  const auto norm = fields.text("_norm_class", "RMSNorm");
  if (norm != "RMSNorm" && norm != "FusedRMSNorm")
    fields.reject("_norm_class", "RMSNorm or FusedRMSNorm");
  if (fields.text("_mlp_class", "LLaMAMLP") != "LLaMAMLP") fields.reject("_mlp_class", "LLaMAMLP");
}

void read_arithmetic(const ConfigFields& fields, ModelConfig& config) {
  config.rotary_percentage = fields.number("rotary_percentage", 1.0);
  const bool share = config.rotary_percentage >= 0.0 && config.rotary_percentage <= 1.0;
  if (!share) fields.reject("rotary_percentage", "a share between 0 and 1");
  if (config.rotary_elements() % 2 != 0) {
    fields.reject("rotary_percentage", "an even number of rotating dimensions per head");
  }
  config.norm_eps = fields.number("norm_eps", config.norm_eps);
  if (!(config.norm_eps >= 0.0) || !std::isfinite(config.norm_eps))
    fields.reject("norm_eps", "a number >= 0");
  config.parallel_residual = fields.flag("parallel_residual", false);
  config.shared_attention_norm = fields.flag("shared_attention_norm", false);
  if (config.shared_attention_norm && !config.parallel_residual) {
    fields.reject("shared_attention_norm", "false where parallel_residual is false");
  }
}

void read_extensions(const ConfigFields& fields, ModelConfig& config) {
  if (fields.has("x_model_type")) {
    const auto kind = fields.text("x_model_type", "");
    if (kind != "mdm" && kind != "arm") fields.reject("x_model_type", "\"mdm\" or \"arm\"");
    config.kind = kind == "mdm" ? ModelKind::mdm : ModelKind::arm;
  }
  const auto tables = fields.text("rope_tables", "bf16");
  if (tables != "bf16" && tables != "f32") fields.reject("rope_tables", "\"bf16\" or \"f32\"");
  config.rope_tables = tables == "f32" ? RopeTables::f32 : RopeTables::bf16;
}

struct FamilyMember {
  std::int64_t millions, layers, heads, width, intermediate;
};

/// The reference's list of configurations, whose other fields are all alike.
// NOLINTBEGIN(modernize-use-designated-initializers): a table with one column per member
constexpr FamilyMember kFamily[] = {
    {6, 6, 4, 256, 1024},       {19, 8, 6, 384, 1536},      {34, 8, 8, 512, 2048},
    {48, 9, 9, 576, 2304},      {66, 10, 10, 640, 2560},    {75, 16, 8, 640, 1600},
    {85, 13, 10, 640, 2560},    {113, 12, 12, 768, 3072},   {142, 15, 12, 768, 3072},
    {170, 18, 12, 768, 3072},   {180, 14, 14, 896, 3584},   {206, 16, 14, 896, 3584},
    {231, 18, 14, 896, 3584},   {268, 16, 16, 1024, 4096},  {302, 18, 16, 1024, 4096},
    {336, 20, 16, 1024, 4096},  {472, 18, 10, 1280, 5120},  {551, 21, 10, 1280, 5120},
    {571, 18, 11, 1408, 5632},  {629, 24, 10, 1280, 5120},  {666, 21, 11, 1408, 5632},
    {717, 19, 12, 1536, 6144},  {761, 24, 11, 1408, 5632},  {831, 22, 12, 1536, 6144},
    {944, 25, 12, 1536, 6144},  {1028, 20, 14, 1792, 7168}, {1233, 24, 14, 1792, 7168},
    {1476, 22, 16, 2048, 8192}, {1678, 25, 16, 2048, 8192}, {2121, 28, 17, 2176, 8704},
};
// NOLINTEND(modernize-use-designated-initializers)

constexpr std::array<TensorName, 10> kTensors = {{
    {.role = TensorRole::embedding, .name = "transformer.wte.weight"},
    {.role = TensorRole::norm_1, .name = "transformer.h.{layer}.norm_1.weight"},
    {.role = TensorRole::qkv, .name = "transformer.h.{layer}.attn.attn.weight"},
    {.role = TensorRole::proj, .name = "transformer.h.{layer}.attn.proj.weight"},
    {.role = TensorRole::norm_2, .name = "transformer.h.{layer}.norm_2.weight"},
    {.role = TensorRole::gate, .name = "transformer.h.{layer}.mlp.swiglu.w1.weight"},
    {.role = TensorRole::up, .name = "transformer.h.{layer}.mlp.swiglu.w2.weight"},
    {.role = TensorRole::down, .name = "transformer.h.{layer}.mlp.swiglu.w3.weight"},
    {.role = TensorRole::norm_f, .name = "transformer.ln_f.weight"},
    {.role = TensorRole::head, .name = "lm_head.weight"},
}};

/// lit_gpt's sizes. Other formats share some of them, but those say model_type, so that all five
/// must be there beside one.
bool recognises(const ConfigFields& fields) {
  constexpr std::array<const char*, 5> kSizes = {"block_size", "n_layer", "n_head", "n_embd",
                                                 "intermediate_size"};
  const auto known =
      std::ranges::count_if(kSizes, [&](const char* size) { return fields.has(size); });
  return fields.has("model_type") ? known == std::ssize(kSizes) : known > 0;
}

ModelConfig read(const ConfigFields& fields) {
  ModelConfig config;
  config.bos_in_front = true;
  config.name = fields.text("name", "");
  read_sizes(fields, config);
  read_vocabulary(fields, config);
  refuse_other_architectures(fields);
  read_arithmetic(fields, config);
  read_extensions(fields, config);
  return config;
}

/// x_model_type, else the rows of the embedding: V + 1 have one for the mask.
std::optional<ToldKind> kind(const ModelConfig& config, const TensorEntries& tensors) {
  if (config.kind)
    return ToldKind{.kind = *config.kind, .reason = "x_model_type of its configuration"};
  const auto embedding = tensors.find(tensor_name(kTensors, TensorRole::embedding));
  if (embedding == tensors.end() || embedding->second.shape.size() != 2) return std::nullopt;
  const auto rows = embedding->second.shape.front();
  const auto reason = std::to_string(rows) + " embedding rows for a vocabulary of " +
                      std::to_string(config.padded_vocab_size);
  for (const auto one : {ModelKind::mdm, ModelKind::arm}) {
    if (rows == config.embedding_rows(one)) return ToldKind{.kind = one, .reason = reason};
  }
  return std::nullopt;
}

std::map<std::int64_t, ModelConfig> published() {
  std::map<std::int64_t, ModelConfig> configs;
  for (const auto& member : kFamily) {
    ModelConfig config;
    config.bos_in_front = true;
    config.name = "Diff_LLaMA_" + std::to_string(member.millions) + "M";
    config.n_layer = member.layers;
    config.n_head = member.heads;
    config.n_query_groups = member.heads;
    config.n_embd = member.width;
    config.intermediate_size = member.intermediate;
    configs.emplace(member.millions, std::move(config));
  }
  return configs;
}

/// Something that a configuration may say and the format has no field for.
struct NoWordsFor {
  bool asked;
  const char* wanted;
};

/// That other families have and SMDM's layers do not.
std::vector<NoWordsFor> other_layers(const ModelConfig& config) {
  const bool biases = config.norm_bias || config.qkv_bias || config.proj_bias ||
                      config.feed_forward_bias || config.head_bias;
  return {{.asked = config.head_dim && *config.head_dim * config.n_head != config.n_embd,
           .wanted = "heads of n_embd / n_head dimensions"},
          {.asked = config.learned_positions, .wanted = "positions that are rotated"},
          {.asked = config.norm != NormKind::rms, .wanted = "RMSNorm"},
          {.asked = config.qk_norm, .wanted = "no norm of queries and keys"},
          {.asked = config.feed_forward != FeedForward::swiglu, .wanted = "SwiGLU"},
          {.asked = biases, .wanted = "no biases"},
          {.asked = config.tied_head, .wanted = "a head of its own"},
          {.asked = config.cond_dim != 0, .wanted = "no conditioning on time"}};
}

/// That other families have around their layers.
std::vector<NoWordsFor> other_surroundings(const ModelConfig& config) {
  const ModelConfig known;
  const bool ids = config.bos_id || config.pad_id || !config.eos_ids.empty();
  return {{.asked = config.family != known.family, .wanted = "family smdm"},
          {.asked = config.rotary_base != known.rotary_base, .wanted = "rotary base 10000"},
          {.asked = config.rope_scaling.has_value(), .wanted = "no scaling of rotation"},
          {.asked = config.rope_full_precision, .wanted = "rotation in one precision"},
          {.asked = config.arithmetic != known.arithmetic, .wanted = "SMDM's arithmetic"},
          {.asked = config.mask() != config.padded_vocab_size, .wanted = "mask id V"},
          {.asked = config.shifted_logits || config.shift_is_open,
           .wanted = "logits that are not shifted"},
          {.asked = config.excludes_mask, .wanted = "a mask whose logit counts"},
          {.asked = config.window.has_value(), .wanted = "no window of attention"},
          {.asked = ids, .wanted = "ids of special tokens by the tokenizer alone"}};
}

void require_words_for(const ModelConfig& config) {
  for (const auto& unknown : {other_layers(config), other_surroundings(config)}) {
    for (const auto& [asked, wanted] : unknown) {
      if (asked) {
        throw std::invalid_argument(std::string("SMDM's configuration: wanted ") + wanted +
                                    ": it has no fields for others");
      }
    }
  }
}

}  // namespace

ModelFormat smdm_format() {
  return {.name = "SMDM",
          .family = "smdm",
          .told_by = recognises,
          .fields = "block_size, n_layer, n_head, n_embd, intermediate_size",
          .read = read,
          .kind = kind,
          .tensors = kTensors,
          .published = published};
}

TensorNames smdm_tensors() {
  return kTensors;
}

std::string smdm_config_text(const ModelConfig& config) {
  require_words_for(config);
  nlohmann::ordered_json json = {
      {"name", config.name},
      {"block_size", config.block_size},
      {"vocab_size", config.vocab_size},
      {"padded_vocab_size", config.padded_vocab_size},
      {"n_layer", config.n_layer},
      {"n_head", config.n_head},
      {"n_embd", config.n_embd},
      {"n_query_groups", config.n_query_groups},
      {"intermediate_size", config.intermediate_size},
      {"rotary_percentage", config.rotary_percentage},
      {"norm_eps", config.norm_eps},
      {"condense_ratio", config.condense_ratio},
      {"parallel_residual", config.parallel_residual},
      {"shared_attention_norm", config.shared_attention_norm},
      {"bias", false},
      {"_norm_class", "RMSNorm"},
      {"_mlp_class", "LLaMAMLP"},
      {"rope_tables", config.rope_tables == RopeTables::f32 ? "f32" : "bf16"}};
  if (config.kind) json["x_model_type"] = to_string(*config.kind);
  return json.dump(2) + "\n";
}

}  // namespace smdm
