#include "models/formats/list.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/error.hpp"
#include "models/formats/smdm.hpp"

namespace smdm {
namespace {

std::string joined(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (const auto number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
  return text;
}

[[noreturn]] void refuse_unknown(const ConfigFields& fields) {
  std::string known;
  for (const auto& format : all_formats()) {
    known += known.empty() ? "" : "; ";
    known.append(format.name).append(" (").append(format.fields).append(")");
  }
  throw Error(ErrorKind::checkpoint,
              fields.file() + ": wanted the configuration of a known format of checkpoints: " +
                  known + "; got one of none of them");
}

}  // namespace

std::span<const ModelFormat> all_formats() {
  static const std::array kFormats = {
      smdm_format(),
  };
  return kFormats;
}

FormattedConfig recognise_config(const std::filesystem::path& path) {
  const ConfigFields fields(path);
  const auto formats = all_formats();
  const auto found = std::ranges::find_if(
      formats, [&](const ModelFormat& format) { return format.recognises(fields); });
  if (found == formats.end()) refuse_unknown(fields);
  return {.format = &*found, .config = found->read(fields)};
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
