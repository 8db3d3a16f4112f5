// Reading what all configurations of the transformers library share. The lists of keys below are
// the whole of what is passed over: any other key with a value is an error.
#include "models/formats/hugging_face.hpp"

#include <algorithm>
#include <vector>

namespace smdm {
namespace {

/// Of training, of the library's own bookkeeping, and of generation, which is asked for elsewhere.
constexpr HarmlessKey kHarmless[] = {
    {.key = "model_type"},
    {.key = "auto_map"},
    {.key = "custom_pipelines"},
    {.key = "torch_dtype"},
    {.key = "dtype"},
    {.key = "transformers_version"},
    {.key = "transformers.js_config"},
    {.key = "unsloth_version"},
    {.key = "unsloth_fixed"},
    {.key = "_name_or_path"},
    {.key = "name_or_path"},
    {.key = "_commit_hash"},
    {.key = "_attn_implementation"},
    {.key = "_attn_implementation_autoset"},
    {.key = "attn_implementation"},
    {.key = "_flash_attn_2_enabled"},
    {.key = "tokenizer_class"},
    {.key = "tf_legacy_loss"},
    {.key = "torchscript"},
    {.key = "use_bfloat16"},
    {.key = "use_cache"},
    {.key = "gradient_checkpointing"},
    {.key = "initializer_range"},
    {.key = "chunk_size_feed_forward"},
    {.key = "return_dict"},
    {.key = "return_dict_in_generate"},
    {.key = "output_attentions"},
    {.key = "output_hidden_states"},
    {.key = "output_scores"},
    {.key = "output_past"},
    {.key = "output_router_logits"},
    {.key = "id2label"},
    {.key = "label2id"},
    {.key = "num_labels"},
    {.key = "_num_labels"},
    {.key = "finetuning_task"},
    {.key = "problem_type"},
    {.key = "task_specific_params"},
    {.key = "prefix"},
    {.key = "is_decoder"},
    {.key = "pruned_heads", .only = "{}"},
    {.key = "partial_rotary_factor", .only = "1.0"},
    // Generation.
    {.key = "max_length"},
    {.key = "min_length"},
    {.key = "do_sample"},
    {.key = "early_stopping"},
    {.key = "num_beams"},
    {.key = "num_beam_groups"},
    {.key = "diversity_penalty"},
    {.key = "temperature"},
    {.key = "top_k"},
    {.key = "top_p"},
    {.key = "typical_p"},
    {.key = "repetition_penalty"},
    {.key = "length_penalty"},
    {.key = "no_repeat_ngram_size"},
    {.key = "encoder_no_repeat_ngram_size"},
    {.key = "bad_words_ids"},
    {.key = "num_return_sequences"},
    {.key = "remove_invalid_values"},
    {.key = "exponential_decay_length_penalty"},
    {.key = "suppress_tokens"},
    {.key = "begin_suppress_tokens"},
    {.key = "forced_bos_token_id"},
    {.key = "forced_eos_token_id"},
    {.key = "decoder_start_token_id"},
    {.key = "sep_token_id"},
};

/// What is dropped while training is not dropped here.
constexpr std::string_view kHarmlessEnds[] = {"dropout", "_dropout_prob", "_pdrop"};

constexpr std::string_view kExperts = "none: mixtures of experts are not computed";
constexpr std::string_view kBlocks = "none: attention in causal blocks is not computed";
constexpr RefusedKey kRefused[] = {
    {.key = "quantization_config", .wanted = "none: quantized weights are not read"},
    {.key = "compression_config", .wanted = "none: compressed weights are not read"},
    {.key = "num_experts", .wanted = kExperts},
    {.key = "num_local_experts", .wanted = kExperts},
    {.key = "n_routed_experts", .wanted = kExperts},
    {.key = "num_experts_per_tok", .wanted = kExperts},
    {.key = "moe_intermediate_size", .wanted = kExperts},
    {.key = "block_size", .wanted = kBlocks},
    {.key = "bd_size", .wanted = kBlocks},
    {.key = "rope_interleaved", .wanted = "false: rotated pairs lie half a head apart"},
    {.key = "is_encoder_decoder", .wanted = "false: an encoder is not computed"},
    {.key = "add_cross_attention", .wanted = "false: an encoder is not computed"},
    {.key = "vision_config", .wanted = "none: only text is read"},
    {.key = "attn_logit_softcapping", .wanted = "none: logits are not capped"},
    {.key = "final_logit_softcapping", .wanted = "none: logits are not capped"},
};

bool says_nothing(const ConfigFields& fields, const std::string& key) {
  return !fields.has(key) || fields.is(key, false) || fields.is(key, 0);
}

void refuse_keys(const ConfigFields& fields, std::span<const RefusedKey> refused) {
  for (const auto& [key, wanted] : refused) {
    const std::string name(key);
    if (!says_nothing(fields, name)) fields.reject(name, std::string(wanted));
  }
}

bool is_harmless(const ConfigFields& fields,
                 const std::string& name,
                 std::span<const HarmlessKey> harmless) {
  return std::ranges::any_of(harmless, [&](const HarmlessKey& one) {
    if (one.key != name) return false;
    return one.only.empty() || fields.is(name, nlohmann::json::parse(one.only));
  });
}

void require_language_model(const ConfigFields& fields, const FamilyKeys& keys) {
  std::string known;
  for (const auto name : keys.architectures) known.append(known.empty() ? "" : " or ").append(name);
  for (const auto& name : fields.texts("architectures")) {
    if (std::ranges::find(keys.architectures, name) == keys.architectures.end()) {
      fields.reject("architectures",
                    known + " (a language model's head), not " + nlohmann::json(name).dump());
    }
  }
}

/// One place where a file may say a number, with the fields it is read from.
struct Said {
  const ConfigFields* fields;
  const char* key;
};

/// The number that all places agree on; nothing where none says it.
std::optional<double> agreed(std::span<const Said> places) {
  std::optional<double> found;
  std::string first;
  for (const auto& [fields, key] : places) {
    if (key == nullptr || !fields->has(key)) continue;
    const auto number = fields->positive_number(key);
    if (found && number != *found) fields->reject(key, "the same as \"" + first + "\"");
    found = number;
    first = key;
  }
  return found;
}

/// "4.31.0.dev0" is before 4.32. A text that does not begin with two numbers is before nothing.
bool is_before(const std::string& version, int major, int minor) {
  const auto point = version.find('.');
  if (point == std::string::npos || point == 0 || point > 3) return false;
  const auto digits = [](std::string_view text) {
    const auto* const end =
        std::ranges::find_if_not(text, [](char c) { return c >= '0' && c <= '9'; });
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
  };
  const auto first = digits(version);
  const auto second = digits(std::string_view(version).substr(point + 1));
  if (first.size() != point || second.empty() || second.size() > 3) return false;
  const int its_major = std::stoi(std::string(first));
  const int its_minor = std::stoi(std::string(second));
  return its_major < major || (its_major == major && its_minor < minor);
}

/// What "rope_type", or "type" in older files, says.
std::string scaling_type(const ConfigFields& rope) {
  const auto older = rope.text("type", "");
  const auto type = rope.text("rope_type", older);
  if (!older.empty() && type != older) rope.reject("type", "the same as \"rope_type\"");
  return type.empty() ? "default" : type;
}

RopeScaling llama3_scaling(const ConfigFields& rope) {
  const RopeScaling scaling{
      .factor = rope.positive_number("factor"),
      .low_freq_factor = rope.positive_number("low_freq_factor"),
      .high_freq_factor = rope.positive_number("high_freq_factor"),
      .original_positions = rope.positive("original_max_position_embeddings")};
  if (scaling.high_freq_factor <= scaling.low_freq_factor)
    rope.reject("high_freq_factor", "more than low_freq_factor");
  return scaling;
}

/// The scaling that one object of rotary parameters asks for.
std::optional<RopeScaling> scaling_in(const ConfigFields& rope) {
  const auto type = scaling_type(rope);
  if (type == "default") return std::nullopt;
  if (type != "llama3")
    rope.reject(rope.has("rope_type") ? "rope_type" : "type", "default or llama3");
  return llama3_scaling(rope);
}

bool same(const std::optional<RopeScaling>& a, const std::optional<RopeScaling>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->factor == b->factor && a->low_freq_factor == b->low_freq_factor &&
         a->high_freq_factor == b->high_freq_factor &&
         a->original_positions == b->original_positions;
}

/// The objects of rotary parameters that a file has, older spelling first.
using RopeObjects = std::vector<const ConfigFields*>;

void read_share(const ConfigFields& fields,
                const RopeKeys& keys,
                const RopeObjects& objects,
                ModelConfig& config) {
  constexpr const char* kShare = "partial_rotary_factor";
  std::vector<Said> places;
  for (const auto* object : objects) {
    if (keys.share == nullptr && object->has(kShare) && object->positive_number(kShare) != 1.0)
      object->reject(kShare, "1: all dimensions rotate");
    places.push_back({.fields = object, .key = kShare});
  }
  if (keys.share == nullptr) return;
  places.insert(places.begin(),
                {{.fields = &fields, .key = keys.share}, {.fields = &fields, .key = kShare}});
  const auto share = agreed(places);
  if (!share || *share > 1.0) fields.reject(keys.share, "a share above 0 and at most 1");
  config.rotary_percentage = *share;
}

void read_base(const ConfigFields& fields,
               const RopeKeys& keys,
               const RopeObjects& objects,
               ModelConfig& config) {
  std::vector<Said> places = {{.fields = &fields, .key = keys.base},
                              {.fields = &fields, .key = "rope_theta"}};
  for (const auto* object : objects) places.push_back({.fields = object, .key = "rope_theta"});
  const auto base = agreed(places);
  const bool before = is_before(fields.text("transformers_version", ""), keys.base_since_major,
                                keys.base_since_minor);
  if (!base && !before)
    fields.reject(keys.base != nullptr ? keys.base : "rope_theta", "a number above 0");
  constexpr double kBeforeTheKey = 10000.0;
  config.rotary_base = base.value_or(kBeforeTheKey);
}

void read_scaling(const ConfigFields& fields, const RopeObjects& objects, ModelConfig& config) {
  std::vector<std::optional<RopeScaling>> asked;
  asked.reserve(objects.size());
  for (const auto* object : objects) asked.push_back(scaling_in(*object));
  if (asked.empty()) return;
  if (!same(asked.front(), asked.back()))
    fields.reject("rope_parameters", "the same scaling as \"rope_scaling\"");
  config.rope_scaling = asked.front();
}

}  // namespace

ModelConfig start_config(const ConfigFields& fields, const FamilyKeys& keys) {
  refuse_keys(fields, keys.refused);
  refuse_keys(fields, kRefused);
  require_language_model(fields, keys);
  const bool causal = keys.kind == ModelKind::arm;
  require_flag(fields, "is_causal", causal, causal);
  ModelConfig config;
  config.family = keys.family;
  config.kind = keys.kind;
  config.arithmetic = Arithmetic::transformers;
  config.rope_tables = RopeTables::f32;
  config.bos_id = fields.id("bos_token_id");
  config.eos_ids = fields.ids("eos_token_id");
  config.pad_id = fields.id("pad_token_id");
  return config;
}

void refuse_unread(const ConfigFields& fields, const FamilyKeys& keys) {
  for (const auto& name : fields.unread()) {
    const bool dropped = std::ranges::any_of(
        kHarmlessEnds, [&](std::string_view end) { return name.ends_with(end); });
    if (!dropped && !is_harmless(fields, name, kHarmless) &&
        !is_harmless(fields, name, keys.harmless))
      fields.reject_unknown(name, std::string(keys.family));
  }
}

void read_sizes(const ConfigFields& fields, const SizeKeys& keys, ModelConfig& config) {
  config.block_size = fields.positive(keys.positions);
  config.n_layer = fields.positive(keys.layers);
  config.n_head = fields.positive(keys.heads);
  config.n_query_groups = config.n_head;
  config.n_embd = fields.positive(keys.width);
  config.vocab_size = fields.positive("vocab_size");
  config.padded_vocab_size = config.vocab_size;
}

void require_whole_heads(const ConfigFields& fields,
                         const SizeKeys& keys,
                         const ModelConfig& config) {
  if (config.n_embd % config.n_head != 0)
    fields.reject(keys.width, std::string("a multiple of ") + keys.heads);
}

void require_pairs(const ConfigFields& fields, const char* field, const ModelConfig& config) {
  const auto rotating = config.rotary_elements();
  if (rotating < 2 || rotating % 2 != 0)
    fields.reject(field, "what gives an even number of rotating dimensions per head");
}

void read_rope(const ConfigFields& fields, const RopeKeys& keys, ModelConfig& config) {
  const auto older = fields.object("rope_scaling");
  const auto newer = fields.object("rope_parameters");
  RopeObjects objects;
  if (older) objects.push_back(&*older);
  if (newer) objects.push_back(&*newer);
  read_scaling(fields, objects, config);
  read_base(fields, keys, objects, config);
  read_share(fields, keys, objects, config);
  for (const auto* object : objects) {
    const auto unread = object->unread();
    if (!unread.empty()) object->reject_unknown(unread.front(), config.family);
  }
}

FeedForward gelu_of(const ConfigFields& fields, const char* field, const std::string& otherwise) {
  const auto name = fields.text(field, otherwise);
  if (name == "gelu" || name == "gelu_python") return FeedForward::gelu;
  if (name == "gelu_new" || name == "gelu_fast" || name == "gelu_pytorch_tanh")
    return FeedForward::gelu_tanh;
  fields.reject(field, "gelu, gelu_new, gelu_fast or gelu_pytorch_tanh");
}

void require_silu(const ConfigFields& fields) {
  const auto name = fields.text("hidden_act", "silu");
  if (name != "silu" && name != "swish") fields.reject("hidden_act", "silu");
}

void require_flag(const ConfigFields& fields, const char* field, bool wanted, bool otherwise) {
  if (fields.flag(field, otherwise) != wanted) fields.reject(field, wanted ? "true" : "false");
}

void require_text(const ConfigFields& fields, const char* field, const std::string& wanted) {
  if (fields.text(field, "") != wanted) fields.reject(field, wanted);
}

std::optional<ToldKind> kind_of_family(const ModelConfig& config,
                                       const TensorEntries& /*tensors*/) {
  return ToldKind{.kind = config.kind.value(), .reason = "its family, " + config.family};
}

std::map<std::int64_t, ModelConfig> none_published() {
  return {};
}

}  // namespace smdm
