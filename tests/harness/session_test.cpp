// A checkpoint whose files go away while it is in use is a fault of the checkpoint, not of data.
#include "harness/run/session.hpp"

#include <filesystem>

#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {

TEST_CASE("a checkpoint's file that cannot be hashed is the checkpoint's fault") {
  const test::TemporaryFolder folder;
  const auto config = test::small_config("mdm");
  test::write_checkpoint(folder.path(), config,
                         test::random_tensors(config, test::StoredType::f32, 3));
  Settings settings;
  settings.model = folder.path().string();
  const auto session = open_session(settings);
  CHECK(session.identity().at("config_sha256").get<std::string>().size() == 64);
  for (const auto* name : {"config.json", "model.safetensors"}) {
    std::filesystem::remove(folder.path() / name);
    const auto error = test::error_text<ErrorKind::checkpoint>([&] { return session.identity(); });
    CHECK(test::contains(error, (folder.path() / name).string()));
  }
}

}  // namespace smdm
