#include "tests/models/family_folder.hpp"

#include "models/formats/list.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/errors.hpp"

namespace smdm::test {

namespace fs = std::filesystem;

nlohmann::json golden_config(const std::string& name) {
  return nlohmann::json::parse(read_file(golden() / "hf" / name / "config.json"));
}

FamilyFolder::FamilyFolder(const nlohmann::json& config) {
  write("config.json", config);
  write_safetensors(path() / "model.safetensors", {}, StoredType::f32);
}

FamilyFolder::FamilyFolder(const std::string& golden) : FamilyFolder(golden_config(golden)) {
  const auto from = test::golden() / "hf" / golden;
  for (const std::string name : {"tokenizer.json", "tokenizer_config.json"}) {
    if (fs::exists(from / name)) write_file(path() / name, read_file(from / name));
  }
}

FamilyFolder::FamilyFolder(const char* golden) : FamilyFolder(std::string(golden)) {}

void FamilyFolder::write(const std::string& name, const nlohmann::json& json) const {
  write_file(path() / name, json.dump());
}

void FamilyFolder::remove(const std::string& name) const {
  fs::remove(path() / name);
}

void FamilyFolder::set(const std::string& field, const nlohmann::json& value) const {
  auto json = nlohmann::json::parse(read_file(config()));
  json[field] = value;
  if (value.is_null()) json.erase(field);
  write("config.json", json);
}

ModelConfig FamilyFolder::read() const {
  return read_config(config());
}

ModelConfig FamilyFolder::found(const CheckpointOptions& options) const {
  auto here = options;
  here.model = path();
  return find_checkpoint(here).config;
}

std::string FamilyFolder::refusal(const CheckpointOptions& options) const {
  auto error = error_text<ErrorKind::checkpoint>([&] { return found(options); });
  CHECK(error.find('\n') == std::string::npos);
  return error;
}

}  // namespace smdm::test
