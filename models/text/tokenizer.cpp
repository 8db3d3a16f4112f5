#include "models/text/tokenizer.hpp"

#include "base/files/paths.hpp"
#include "models/text/gpt2_files.hpp"
#include "models/text/json_place.hpp"
#include "models/text/sentencepiece.hpp"
#include "models/text/tokenizer_json.hpp"

namespace smdm {
std::unique_ptr<const Tokenizer> open_tokenizer(const std::filesystem::path& path) {
  const auto name = path.filename();
  if (name == "vocab.json" || name == "encoder.json") return open_gpt2_files(path);
  if (name.extension() == ".json" || is_json_object(path)) return open_tokenizer_json(path);
  return open_sentencepiece(path);
}

std::optional<std::filesystem::path> tokenizer_file_in(const std::filesystem::path& folder,
                                                       TokenizerChoice choice) {
  const auto there = [&](const char* name) { return !is_absent(folder / name); };
  std::vector<const char*> found;
  found.reserve(4);
  if (there("tokenizer.json")) found.push_back("tokenizer.json");
  if (there("tokenizer.model")) found.push_back("tokenizer.model");
  if (there("vocab.json") && there("merges.txt")) found.push_back("vocab.json");
  if (there("encoder.json") && there("vocab.bpe")) found.push_back("encoder.json");
  if (found.empty()) return std::nullopt;
  const bool both = found.size() > 1 && found[1] == std::string_view("tokenizer.model");
  const bool model = both && choice == TokenizerChoice::sentencepiece;
  return folder / (model ? found[1] : found[0]);
}

}  // namespace smdm
