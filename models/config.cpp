#include "models/config.hpp"

#include <cmath>
#include <fstream>

#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace smdm {
namespace {

using Json = nlohmann::json;

/// One configuration file being read: knows its name, so that errors can say it.
class Fields {
 public:
  Fields(const Json& json, std::string file) : json_(json), file_(std::move(file)) {}

  [[noreturn]] void reject(const std::string& field, const std::string& wanted) const {
    const std::string came = json_.contains(field) ? json_.at(field).dump() : "nothing";
    throw Error(ErrorKind::checkpoint,
                file_ + ": field \"" + field + "\": wanted " + wanted + ", got " + came);
  }

  [[nodiscard]] bool has(const std::string& field) const {
    return json_.contains(field) && !json_.at(field).is_null();
  }

  [[nodiscard]] std::int64_t positive(const std::string& field) const {
    constexpr std::int64_t kHighest = 2'147'483'648;  // 2^31
    if (!has(field) || !json_.at(field).is_number_integer()) reject(field, "a positive integer");
    const auto value = json_.at(field).get<std::int64_t>();
    if (value < 1 || value > kHighest) reject(field, "a positive integer");
    return value;
  }

  [[nodiscard]] std::int64_t positive(const std::string& field, std::int64_t otherwise) const {
    return has(field) ? positive(field) : otherwise;
  }

  [[nodiscard]] double number(const std::string& field, double otherwise) const {
    if (!has(field)) return otherwise;
    if (!json_.at(field).is_number()) reject(field, "a number");
    return json_.at(field).get<double>();
  }

  [[nodiscard]] bool flag(const std::string& field, bool otherwise) const {
    if (!has(field)) return otherwise;
    if (!json_.at(field).is_boolean()) reject(field, "true or false");
    return json_.at(field).get<bool>();
  }

  [[nodiscard]] std::string text(const std::string& field, const std::string& otherwise) const {
    if (!has(field)) return otherwise;
    if (!json_.at(field).is_string()) reject(field, "a string");
    return json_.at(field).get<std::string>();
  }

 private:
  const Json& json_;
  std::string file_;
};

std::int64_t round_up(std::int64_t value, std::int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

void read_vocabulary(const Fields& fields, ModelConfig& config) {
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

void read_sizes(const Fields& fields, ModelConfig& config) {
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
void refuse_other_architectures(const Fields& fields) {
  if (fields.flag("bias", false)) fields.reject("bias", "false (linear layers without bias)");
  const auto norm = fields.text("_norm_class", "RMSNorm");
  if (norm != "RMSNorm" && norm != "FusedRMSNorm")
    fields.reject("_norm_class", "RMSNorm or FusedRMSNorm");
  if (fields.text("_mlp_class", "LLaMAMLP") != "LLaMAMLP") fields.reject("_mlp_class", "LLaMAMLP");
}

void read_arithmetic(const Fields& fields, ModelConfig& config) {
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

void read_extensions(const Fields& fields, ModelConfig& config) {
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

std::string joined(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (const auto number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
  return text;
}

}  // namespace

std::string to_string(ModelKind kind) {
  return kind == ModelKind::mdm ? "mdm" : "arm";
}

std::int64_t ModelConfig::rotary_elements() const noexcept {
  return static_cast<std::int64_t>(rotary_percentage * static_cast<double>(head_size()));
}

ModelConfig read_config(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file)
    throw Error(ErrorKind::checkpoint,
                path.string() + ": the model's configuration cannot be read");
  Json json;
  try {
    json = Json::parse(file);
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::checkpoint, path.string() + ": not valid JSON: " + error.what());
  }
  if (!json.is_object())
    throw Error(ErrorKind::checkpoint, path.string() + ": wanted a JSON object");
  const Fields fields(json, path.string());
  ModelConfig config;
  config.name = fields.text("name", "");
  read_sizes(fields, config);
  read_vocabulary(fields, config);
  refuse_other_architectures(fields);
  read_arithmetic(fields, config);
  read_extensions(fields, config);
  return config;
}

std::vector<std::int64_t> family_sizes() {
  std::vector<std::int64_t> sizes;
  sizes.reserve(std::size(kFamily));
  for (const auto& member : kFamily) sizes.push_back(member.millions);
  return sizes;
}

ModelConfig family_config(std::int64_t millions) {
  for (const auto& member : kFamily) {
    if (member.millions != millions) continue;
    ModelConfig config;
    config.name = "Diff_LLaMA_" + std::to_string(millions) + "M";
    config.n_layer = member.layers;
    config.n_head = member.heads;
    config.n_query_groups = member.heads;
    config.n_embd = member.width;
    config.intermediate_size = member.intermediate;
    return config;
  }
  throw Error(ErrorKind::checkpoint, "model size " + std::to_string(millions) + ": wanted one of " +
                                         joined(family_sizes()));
}

}  // namespace smdm
