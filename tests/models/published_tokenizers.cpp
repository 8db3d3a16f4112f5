#include "tests/models/published_tokenizers.hpp"

#include <array>

#include "base/files/open.hpp"
#include "base/files/unpack.hpp"
#include "tests/support/support.hpp"

namespace smdm::test {
namespace {

std::string unpacked(const std::filesystem::path& path) {
  Unpacker unpacker(path, Input::file);
  std::string all;
  std::array<char, 65536> block{};
  for (auto count = unpacker.read(block); count > 0; count = unpacker.read(block))
    all.append(block.data(), count);
  return all;
}

}  // namespace

std::unique_ptr<const Tokenizer> golden_tokenizer(const std::string& name) {
  return open_tokenizer(golden() / "tokenizers" / (name + ".tokenizer.json"));
}

std::optional<std::filesystem::path> published_tokenizer(const std::string& name) {
  const auto folder = shared();
  if (folder && std::filesystem::exists(*folder / "data" / "tokenizers" / name))
    return *folder / "data" / "tokenizers" / name;
  skip("tokenizer: no " + name + " in the shared data");
  return std::nullopt;
}

std::unique_ptr<const Tokenizer> gpt2_tokenizer() {
  const auto file = published_tokenizer("gpt2/encoder.json");
  return file ? open_tokenizer(*file) : nullptr;
}

std::unique_ptr<const Tokenizer> qwen3_tokenizer() {
  const auto file = published_tokenizer("qwen3/tokenizer.json.gz");
  if (!file) return nullptr;
  const TemporaryFolder folder;
  write_file(folder.path() / "tokenizer.json", unpacked(*file));
  std::filesystem::copy_file(file->parent_path() / "tokenizer_config.json",
                             folder.path() / "tokenizer_config.json");
  return open_tokenizer(folder.path() / "tokenizer.json");
}

}  // namespace smdm::test
