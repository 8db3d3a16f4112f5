// The one place that names all families, and what is said where a file is of none of them.
#include "models/formats/list.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/error.hpp"
#include "models/formats/a2d.hpp"
#include "models/formats/dream.hpp"
#include "models/formats/gpt2.hpp"
#include "models/formats/gpt_neox.hpp"
#include "models/formats/llada.hpp"
#include "models/formats/llama.hpp"
#include "models/formats/mdlm.hpp"
#include "models/formats/mistral.hpp"
#include "models/formats/qwen.hpp"
#include "models/formats/smdm.hpp"
#include "models/formats/unsupported.hpp"

namespace smdm {
namespace {

std::string joined(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (const auto number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
  return text;
}

/// What there is: a list of types, and the fields of the format that has none.
std::string known_formats() {
  std::string types;
  std::string others;
  for (const auto& format : all_formats()) {
    if (!format.model_type.empty()) {
      types.append(types.empty() ? "\"" : ", \"").append(format.model_type).append("\"");
    } else {
      others.append(", or the fields of ").append(format.name);
      others.append(" (").append(format.fields).append(")");
    }
  }
  return "one of " + types + others;
}

[[noreturn]] void refuse_unknown(const ConfigFields& fields) {
  const auto type = fields.text("model_type", "");
  if (const auto what = unsupported_type(type)) {
    fields.reject("model_type", "a type that can be computed here: " + known_formats() +
                                    "; this is " + std::string(*what));
  }
  fields.reject("model_type", known_formats());
}

const ModelFormat* format_of(const ConfigFields& fields) {
  const auto formats = all_formats();
  const auto found = std::ranges::find_if(
      formats, [&](const ModelFormat& format) { return format.recognises(fields); });
  return found == formats.end() ? nullptr : &*found;
}

}  // namespace

bool ModelFormat::recognises(const ConfigFields& configuration) const {
  return model_type.empty() ? told_by(configuration)
                            : configuration.is("model_type", std::string(model_type));
}

std::span<const ModelFormat> all_formats() {
  static const std::array kFormats = {
      smdm_format(),      llama_format(),     mistral_format(), qwen2_format(), qwen3_format(),
      gpt2_format(),      gpt_neox_format(),  llada_format(),   dream_format(), a2d_llama_format(),
      a2d_qwen2_format(), a2d_qwen3_format(), mdlm_format(),
  };
  return kFormats;
}

const ModelFormat* format_of_config(const std::filesystem::path& path) {
  return format_of(ConfigFields(path));
}

FormattedConfig recognise_config(const std::filesystem::path& path) {
  const ConfigFields fields(path);
  const auto* const format = format_of(fields);
  if (format == nullptr) refuse_unknown(fields);
  return {.format = format, .config = format->read(fields)};
}

ModelConfig read_config(const std::filesystem::path& path) {
  return recognise_config(path).config;
}

std::vector<std::int64_t> family_sizes() {
  std::vector<std::int64_t> sizes;
  for (const auto& format : all_formats()) {
    for (const auto& [size, config] : format.published()) sizes.push_back(size);
  }
  return sizes;
}

FormattedConfig published_config(std::int64_t millions) {
  for (const auto& format : all_formats()) {
    const auto published = format.published();
    const auto found = published.find(millions);
    if (found != published.end()) return {.format = &format, .config = found->second};
  }
  throw Error(ErrorKind::checkpoint, "model size " + std::to_string(millions) + ": wanted one of " +
                                         joined(family_sizes()));
}

ModelConfig family_config(std::int64_t millions) {
  return published_config(millions).config;
}

}  // namespace smdm
