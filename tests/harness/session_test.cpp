// What a session says of the files that it was opened from: their digests, and those that lie
// beside them unread. A checkpoint whose files go away while it is in use is its own fault, not
// that of data.
#include "harness/run/session.hpp"

#include <filesystem>
#include <string>

#include "base/files/digest.hpp"
#include "harness/settings/decide.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

/// The same tensors in two shards, of different types.
void write_shards(const fs::path& folder, const nlohmann::json& config) {
  auto first = test::random_tensors(config, test::StoredType::bf16, 3);
  test::TensorMap second;
  second.insert(first.extract("lm_head.weight"));
  nlohmann::json map = {{"lm_head.weight", "b.safetensors"}};
  for (const auto& [name, tensor] : first) map[name] = "a.safetensors";
  test::write_safetensors(folder / "a.safetensors", first, test::StoredType::bf16);
  test::write_safetensors(folder / "b.safetensors", second, test::StoredType::f32);
  test::write_file(folder / "model.safetensors.index.json",
                   nlohmann::json{{"weight_map", map}}.dump());
  test::write_file(folder / "config.json", config.dump());
}

Session opened(const fs::path& model) {
  Settings settings;
  settings.model = model.string();
  return open_session(model_settings(settings));
}

}  // namespace

TEST_CASE("the digest of shards is one over theirs and their names") {
  const test::TemporaryFolder folder;
  write_shards(folder.path(), test::small_config("mdm"));
  const auto identity = opened(folder.path()).identity();
  const auto a = sha256_of_file(folder.path() / "a.safetensors");
  const auto b = sha256_of_file(folder.path() / "b.safetensors");
  CHECK(identity.at("weights") == folder.path().string());
  CHECK(identity.at("weights_sha256") == sha256(a + "  a.safetensors\n" + b + "  b.safetensors\n"));
  CHECK(identity.at("storage") == "bfloat16, float32");
  const auto& files = identity.at("weights_files");
  REQUIRE(files.size() == 2);
  CHECK(files[0] == Json{{"name", "a.safetensors"},
                         {"sha256", a},
                         {"bytes", fs::file_size(folder.path() / "a.safetensors")}});
  CHECK(files[1].at("sha256") == b);
}

TEST_CASE("the digest of one file is that file's, whatever lies beside it") {
  const test::TemporaryFolder folder;
  const auto config = test::small_config("mdm");
  test::write_checkpoint(folder.path(), config,
                         test::random_tensors(config, test::StoredType::f32, 3));
  const auto identity = opened(folder.path()).identity();
  const auto file = folder.path() / "model.safetensors";
  CHECK(identity.at("weights") == file.string());
  CHECK(identity.at("weights_sha256") == sha256_of_file(file));
  CHECK(!identity.contains("weights_files"));
}

TEST_CASE("weights that lie beside those that are read are named in one note") {
  const test::TemporaryFolder folder;
  write_shards(folder.path(), test::small_config("mdm"));
  CHECK(opened(folder.path()).notes.empty());
  test::write_file(folder.path() / "model.safetensors", "not looked at");
  test::write_file(folder.path() / "pytorch_model.bin", "x");
  const auto notes = opened(folder.path()).notes;
  REQUIRE(notes.size() == 1);
  CHECK(notes.front() ==
        "beside the weights lie model.safetensors, pytorch_model.bin, which are not read");
  for (const char digit : std::string("123456789"))
    test::write_file(folder.path() / (std::string("x") + digit + ".gguf"), "x");
  CHECK(test::contains(opened(folder.path()).notes.at(0), "x3.gguf, x4.gguf and 5 more, which"));
}

TEST_CASE("other checkpoints beside a file that is named are no matter for a note") {
  const auto session = opened(test::golden() / "mdm-tiny.safetensors");
  CHECK(session.notes.empty());
}

TEST_CASE("a checkpoint's file that cannot be hashed is the checkpoint's fault") {
  const test::TemporaryFolder folder;
  const auto config = test::small_config("mdm");
  test::write_checkpoint(folder.path(), config,
                         test::random_tensors(config, test::StoredType::f32, 3));
  Settings settings;
  settings.model = folder.path().string();
  const auto session = open_session(model_settings(settings));
  CHECK(session.identity().at("config_sha256").get<std::string>().size() == 64);
  for (const auto* name : {"config.json", "model.safetensors"}) {
    std::filesystem::remove(folder.path() / name);
    const auto error = test::error_text<ErrorKind::checkpoint>([&] { return session.identity(); });
    CHECK(test::contains(error, (folder.path() / name).string()));
  }
}

}  // namespace smdm
