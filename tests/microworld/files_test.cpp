// The files of a world: the same for a seed for ever, and others for another seed.
#include "microworld/files.hpp"

#include <filesystem>
#include <set>

#include "base/files/digest.hpp"
#include "tests/microworld/made_world.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::MadeWorld;

}  // namespace

TEST_CASE("equal seeds give equal bytes, other seeds another world") {
  const MadeWorld first(21);
  const MadeWorld again(21);
  const MadeWorld other(22);
  CHECK(first.files() == again.files());
  CHECK(first.world().at("facts") != other.world().at("facts"));
  CHECK(first.world().at("people") != other.world().at("people"));
  CHECK(first.world().at("months") != other.world().at("months"));
  for (const auto& [path, content] : first.files()) {
    INFO(path);
    REQUIRE(other.files().contains(path));
    CHECK(other.file(path) != content);
  }
}

TEST_CASE("the text of seed 0 is the one of world version 1") {
  // Recorded from this program. Whoever changes it raises kWorldVersion: checkpoints were trained
  // on these bytes. Tokenizers are left out, as another SentencePiece may write other ones.
  CHECK(microworld::kWorldVersion == 1);
  // The texts of infill and mt_bench came later, and nothing is trained on them; so did the lines.
  Sha256 digest;
  Sha256 lines;
  std::string infill;
  std::string dialogues;
  for (const auto& file : microworld::make_files(0)) {
    if (file.path.ends_with(".model")) continue;
    if (file.path == "data/infill/test.jsonl") {
      infill = file.content;
      continue;
    }
    if (file.path == "data/mt_bench/question.jsonl") {
      dialogues = file.content;
      continue;
    }
    auto& own = test::contains(file.path, "/line/") ? lines : digest;
    own.update(file.path);
    own.update(file.content);
  }
  CHECK(digest.finish() == "bc6bce583011255b95271e2766a114562dd3f56d9718ff9ed70c0397dbe3eb1c");
  CHECK(lines.finish() == "14b922a30fb3d6bba1a104731e6ef1e6ccff7ee3e11239c2464883ed924accbf");
  CHECK(sha256(infill) == "5ceba57aec92f3a47bd2b39b59b636f91f88e70e21b20ba72cf1bedbebafcdb9");
  CHECK(sha256(dialogues) == "54ccc6cd48c3820f3ed663aa4a698ed12faac76f4886340cffa46526f68e1833");
  const auto embedded = std::filesystem::path(SMDM_SOURCE_DIR) / "embedded" / "data";
  CHECK(test::read_file(embedded / "mt_bench" / "question.jsonl") == dialogues);
}

TEST_CASE("files end with a line end, have no path twice, and count their rows") {
  std::set<std::string> paths;
  microworld::Sizes sizes;
  sizes.base_rows = 3000;
  sizes.arithmetic_rows = 2000;
  sizes.line_rows = 600;
  for (const auto& file : microworld::make_files(1, sizes)) {
    INFO(file.path);
    CHECK(paths.insert(file.path).second);
    if (!file.path.ends_with(".jsonl")) continue;
    CHECK(file.content.ends_with("}\n"));
    CHECK(static_cast<std::size_t>(std::ranges::count(file.content, '\n')) == file.rows);
    CHECK(file.rows > 0);
  }
}

TEST_CASE("a seed beyond 32 bits is refused") {
  const auto text = test::error_text<std::invalid_argument>(
      [] { return microworld::make_files(std::uint64_t{1} << 32U); });
  CHECK(test::contains(text, "wanted a seed below 2^32, got 4294967296"));
}

}  // namespace smdm
