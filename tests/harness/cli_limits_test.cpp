// What a system grants too little of, memory or threads, ends the program with one line and no
// signal.
#include <filesystem>

#include <unistd.h>

#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::contains;

namespace fs = std::filesystem;

constexpr int kFailure = 1;
constexpr int kUsage = 2;

/// The program under limits that lines of the shell set.
test::CommandResult limited(const std::string& limits, const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {"-c", limits + "; exec \"$0\" \"$@\"",
                                  SMDM_BINARY_DIR "/bin/smdm-eval"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return test::run_command("/bin/sh", all);
}

/// Whether a program cannot even be loaded under these limits, as with the libraries of GPUs or
/// under AddressSanitizer, which reserves more addresses than any limit leaves.
bool skipped(const test::CommandResult& result) {
#ifdef __SANITIZE_ADDRESS__
  constexpr bool kSanitized = true;
#else
  constexpr bool kSanitized = false;
#endif
  constexpr int kNotLoaded = 127;
  if (!kSanitized && result.code != kNotLoaded) return false;
  test::skip("under this limit the program cannot be loaded");
  return true;
}

/// Requests that need much memory at once, and what else a run of them is given.
std::vector<std::string> large_requests(const fs::path& folder) {
  std::string ids = "[1";
  for (int i = 2; i < 60; ++i) ids.append(",").append(std::to_string(i));
  ids += "]";
  std::string lines;
  for (int i = 0; i < 64; ++i) {
    lines += R"({"id": )" + std::to_string(i) + R"(, "context_ids": [)" + std::to_string(i + 1) +
             R"(], "continuation_ids": )" + ids + "}\n";
  }
  const auto file = folder / "requests.jsonl";
  test::write_file(file, lines);
  return {"--requests",   file.string(),
          "--model",      (test::golden() / "mdm-32k.safetensors").string(),
          "--estimator",  "balanced",
          "--mc-samples", "64",
          "--batch-size", "4096",
          "--threads",    "1",
          "--output",     (folder / "out.jsonl").string()};
}

}  // namespace

TEST_CASE(
    "memory that is out is one line with exit code 1, and leaves nothing but answers behind") {
  // In KiB: too little for LibTorch's own beginning, and too little for what is computed. How much
  // that is differs between builds; no amount may end the program with a signal.
  std::size_t in_computing = 0;
  for (const auto* limit : {"460000", "540000", "580000"}) {
    const test::TemporaryFolder folder;
    const auto result =
        limited(std::string("ulimit -c 0; ulimit -v ") + limit, large_requests(folder.path()));
    if (skipped(result)) return;
    CAPTURE(limit, result.err);
    if (result.code == 0) continue;
    CHECK(result.code == kFailure);
    const auto lines = test::lines_of(result.err);
    REQUIRE(!lines.empty());
    CHECK(contains(lines.back(), "smdm-eval: error: memory is out"));
    // Answers that were known by then are kept for the next start (docs/runs.md).
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      const auto name = entry.path().filename().string();
      CHECK((name == "requests.jsonl" || name == "out.jsonl.journal.sqlite" ||
             name == "out.jsonl.progress.json"));
    }
    if (lines.back().find("a smaller --batch-size") != std::string::npos) ++in_computing;
  }
  CHECK(in_computing > 0);
}

TEST_CASE("more threads than any machine has are refused") {
  const test::TemporaryFolder folder;
  auto arguments = large_requests(folder.path());
  for (auto& argument : arguments) {
    if (argument == "1") argument = "60000";
  }
  for (const auto& command :
       {arguments,
        {"bench", "--threads", "60000"},
        {"train", "--corpus", "c", "--output", "o", "--steps", "1", "--threads", "60000"}}) {
    const auto result = test::smdm_eval(command);
    CHECK(result.code == kUsage);
    CHECK(
        test::lines_of(result.err) ==
        std::vector<std::string>{"smdm-eval: error: --threads: wanted at least 1 and at most 4096, "
                                 "got 60000"});
  }
}

TEST_CASE("threads that the system does not start are an error before anything is computed") {
  const test::TemporaryFolder folder;
  auto arguments = large_requests(folder.path());
  for (auto& argument : arguments) {
    if (argument == "1") argument = "64";
  }
  // Stacks of threads count as memory; for root the number of processes has no limit.
  const auto result = limited("ulimit -c 0; ulimit -s 65536; ulimit -v 2500000", arguments);
  if (skipped(result)) return;
  INFO(result.err);
  CHECK(result.code == kFailure);
  CHECK(test::lines_of(result.err).size() == 1);
  CHECK(contains(result.err, "smdm-eval: error: wanted 64 threads, the system starts only "));
  CHECK(contains(result.err, "; see --threads"));
}

}  // namespace smdm
