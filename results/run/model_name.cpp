#include "results/run/model_name.hpp"

#include <cctype>
#include <filesystem>

namespace smdm {

std::string short_model_name(const std::string& model) {
  const std::filesystem::path given(model);
  const auto name = given.has_filename() ? given.filename() : given.parent_path().filename();
  return name.extension() == ".safetensors" ? name.stem().string() : name.string();
}

std::string portable_name(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool fits = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' ||
                      c == '-' || c == '+';
    out += fits ? c : '_';
  }
  return out;
}

}  // namespace smdm
