// Whole tasks on the real benchmark files, as a user runs them, with a masked diffusion model and
// an autoregressive one of the same size.
#include "tests/harness/task_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::Arguments;
using test::check_with_lm_eval;
using test::inputs;
using test::Json;
using test::make_arm_twin;
using test::run;
using test::samples;

const Arguments kZeroShot = {"--task", "zero-shot", "--limit", "20", "--mc-samples", "64"};

}  // namespace

TEST_CASE("zero-shot on the real data, both kinds of model") {
  const auto in = inputs();
  if (!in) return;
  const test::TemporaryFolder folder;
  const auto arm = make_arm_twin(folder.path() / "arm");
  for (const auto& [name, model] :
       {std::pair<std::string, fs::path>("mdm", test::golden() / "mdm-32k.safetensors"),
        std::pair<std::string, fs::path>("arm-run", arm)}) {
    const auto output = folder.path() / name;
    const auto results = run(*in, model, output, kZeroShot);
    for (const char* task :
         {"hellaswag", "openbookqa", "arc_easy", "boolq", "piqa", "social_iqa", "race"}) {
      INFO(task);
      const auto& entry = results.at("results").at(task);
      CHECK(entry.at("acc,none").get<double>() >= 0.0);
      CHECK(entry.at("acc,none").get<double>() <= 1.0);
      CHECK(results.at("n-samples").at(task).at("effective") == 20);
      CHECK(samples(output, task).size() == 20);
    }
    CHECK(results.at("results").at("lambada_standard").at("perplexity,none").get<double>() > 1.0);
    CHECK(results.at("smdm_eval").at("model").at("weights_sha256").get<std::string>().size() == 64);
    check_with_lm_eval(output);
  }
}

TEST_CASE("gsm8k on the real data, both kinds of model") {
  const auto in = inputs();
  if (!in) return;
  const test::TemporaryFolder folder;
  const auto arm = make_arm_twin(folder.path() / "arm");
  const Arguments job = {"--task", "gsm8k", "--limit", "20", "--mc-samples", "64", "--steps", "32"};
  for (const auto& [name, model] :
       {std::pair<std::string, fs::path>("mdm", test::golden() / "mdm-32k.safetensors"),
        std::pair<std::string, fs::path>("arm-run", arm)}) {
    const auto output = folder.path() / name;
    const auto results = run(*in, model, output, job);
    const auto& entry = results.at("results").at("gsm8k");
    CHECK(entry.contains("exact_match,none"));
    CHECK(entry.contains("exact_match,math"));
    CHECK(samples(output, "gsm8k").size() == 20);
    check_with_lm_eval(output);
  }
}

TEST_CASE("a document's record does not depend on the batch size, the threads or the limit") {
  const auto in = inputs();
  if (!in) return;
  const test::TemporaryFolder folder;
  const auto model = test::golden() / "mdm-32k.safetensors";
  const auto of = [&](const std::string& name, const Arguments& more) {
    Arguments job = {"--task",        "arc_easy,gsm8k",
                     "--mc-samples",  "16",
                     "--mc-strata",   "8",
                     "--steps",       "8",
                     "--cfg",         "0.3",
                     "--temperature", "0.1"};
    job.insert(job.end(), more.begin(), more.end());
    run(*in, model, folder.path() / name, job);
    auto all = samples(folder.path() / name, "arc_easy");
    for (auto& sample : samples(folder.path() / name, "gsm8k")) all.push_back(sample);
    return all;
  };
  const auto wanted = of("wanted", {"--limit", "6"});
  REQUIRE(wanted.size() == 12);
  CHECK(of("one", {"--limit", "6", "--batch-size", "1", "--threads", "1"}) == wanted);
  CHECK(of("seven", {"--limit", "6", "--batch-size", "7", "--threads", "2"}) == wanted);
  const auto fewer = of("fewer", {"--limit", "3", "--batch-size", "64"});
  REQUIRE(fewer.size() == 6);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(fewer[i] == wanted[i]);
    CHECK(fewer[3 + i] == wanted[6 + i]);
  }
}

TEST_CASE("an output folder that cannot be written fails before anything is computed") {
  const auto in = inputs();
  if (!in) return;
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "file";
  test::write_file(file, "x");
  const auto result = test::smdm_eval(
      {"--task", "piqa", "--model", (test::golden() / "mdm-32k.safetensors").string(),
       "--tokenizer", in->tokenizer, "--data", in->data, "--output", file.string()});
  constexpr int kResults = 6;
  CHECK(result.code == kResults);
  CHECK(result.err.find("requests") == std::string::npos);
}

}  // namespace smdm
