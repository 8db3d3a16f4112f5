// A real LLaMA (stories260K), converted by tools/convert_llama2c.py, continues as llama2.c does at
// temperature 0 with 200 steps.
#include <sstream>
#include <string>
#include <vector>

#include <torch/types.h>

#include "models/checkpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

std::string tool() {
  return std::string(SMDM_SOURCE_DIR) + "/tools/convert_llama2c.py";
}

/// The likeliest token, 200 times, beginning at BOS.
std::vector<std::int64_t> greedy(const LanguageModel& model) {
  constexpr std::int64_t kSteps = 200;
  const auto cache = model.make_cache(kSteps);
  KvCache* const caches[] = {cache.get()};
  std::vector<std::int64_t> ids = {1};
  for (std::int64_t step = 0; step < kSteps; ++step) {
    PackedRows row;
    row.append(std::span(ids).last(1));
    row.wanted = {0};
    std::int64_t next = 0;
    model.extend(caches, row, [&](std::int64_t, const torch::Tensor& logits) {
      next = logits[0].argmax().item<std::int64_t>();
    });
    ids.push_back(next);
    if (next == 1) break;
  }
  return ids;
}

std::string words(const std::vector<std::int64_t>& ids) {
  std::ostringstream text;
  for (const auto id : ids) text << id << ' ';
  return text.str();
}

}  // namespace

TEST_CASE("a converted llama2.c checkpoint tells the story that llama2.c tells") {
  const auto data = test::shared();
  if (!data) {
    test::skip("stories260K: no shared data folder beside the source tree");
    return;
  }
  const auto stories = *data / "data" / "models" / "stories260K";
  const test::TemporaryFolder folder;
  const auto converted = test::run_command(
      "python3", {tool(), (stories / "stories260K.bin").string(), folder.path().string()});
  INFO(converted.err);
  REQUIRE(converted.code == 0);
  CheckpointOptions options;
  options.model = folder.path();
  const auto checkpoint = find_checkpoint(options);
  CHECK(checkpoint.kind == ModelKind::arm);
  CHECK(checkpoint.config.rope_tables == RopeTables::f32);
  CHECK(checkpoint.config.n_query_groups == 4);
  const auto ids = greedy(*load_model(checkpoint, ComputeType::f32, torch::kCPU));
  test::write_file(folder.path() / "ids", words(ids));
  const auto decoded = test::run_command(
      "sh", {"-c", R"(python3 "$0" --decode "$1" < "$2")", tool(),
             (stories / "tok512.bin").string(), (folder.path() / "ids").string()});
  INFO(decoded.err);
  REQUIRE(decoded.code == 0);
  CHECK(decoded.out == test::read_file(stories / "expected_greedy_200.txt"));
}

TEST_CASE("the converter refuses what is not a llama2.c checkpoint, in one line") {
  const test::TemporaryFolder folder;
  const auto refused = [&](const std::string& content) {
    test::write_file(folder.path() / "x.bin", content);
    const auto result = test::run_command(
        "python3", {tool(), (folder.path() / "x.bin").string(), (folder.path() / "out").string()});
    CHECK(result.code == 1);
    CHECK(test::lines_of(result.err).size() == 1);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "out"));
    return result.err;
  };
  CHECK(refused("short").find("truncated: wanted 28 bytes") != std::string::npos);
  CHECK(refused("This is a text of some length and no checkpoint.")
            .find("wanted a llama2.c version 0 header") != std::string::npos);
  std::string header;
  for (const int size : {8, 8, 1, 2, 1, 4, 4})
    header += std::string(1, static_cast<char>(size)) + std::string(3, '\0');
  CHECK(refused(header).find("truncated") != std::string::npos);
}

}  // namespace smdm
