// Whole tasks on the real benchmark files, as a user runs them, with a masked diffusion model and
// an autoregressive one of the same size.
#include <cstdlib>
#include <fstream>

#include <nlohmann/json.hpp>
#include <torch/types.h>

#include "models/safetensors.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/command.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Arguments = std::vector<std::string>;

/// The golden mdm-32k as an autoregressive checkpoint: the embedding loses the mask's row.
fs::path make_arm_twin(const fs::path& folder) {
  const SafetensorsFile source(test::golden() / "mdm-32k.safetensors");
  test::TensorMap tensors;
  for (const auto& [name, entry] : source.entries()) {
    auto tensor = source.tensor(name);
    if (name == "transformer.wte.weight") tensor = tensor.narrow(0, 0, tensor.size(0) - 1);
    tensor = tensor.to(torch::kFloat32).contiguous();
    const float* values = tensor.const_data_ptr<float>();
    tensors[name] = {.shape = tensor.sizes().vec(), .values = {values, values + tensor.numel()}};
  }
  auto config = nlohmann::json::parse(test::read_file(test::golden() / "mdm-32k.config.json"));
  config["x_model_type"] = "arm";
  test::write_checkpoint(folder, config, tensors, test::StoredType::bf16);
  return folder;
}

struct Inputs {
  std::string data, tokenizer;
};

/// The benchmark data, or nothing after saying that the case is skipped.
std::optional<Inputs> inputs() {
  const auto shared = test::shared();
  if (!shared) {
    test::skip("the benchmark data and Llama 2's tokenizer are not here (SMDM_SHARED)");
    return std::nullopt;
  }
  return Inputs{
      .data = (*shared / "data").string(),
      .tokenizer = (*shared / "data" / "tokenizers" / "llama2" / "tokenizer.model").string()};
}

/// Runs tasks and returns the results file's content.
Json run(const Inputs& inputs,
         const fs::path& model,
         const fs::path& output,
         const Arguments& more) {
  Arguments arguments = {"--model", model.string(), "--tokenizer", inputs.tokenizer,
                         "--data",  inputs.data,    "--output",    output.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto result = test::smdm_eval(arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.out.find("n-shot") != std::string::npos);
  for (const auto& file : fs::directory_iterator(output)) {
    if (file.path().filename().string().starts_with("results_"))
      return Json::parse(test::read_file(file.path()));
  }
  FAIL("no results file");
  return {};
}

/// The samples of a task, without what depends on time.
std::vector<Json> samples(const fs::path& output, const std::string& task) {
  std::vector<Json> found;
  for (const auto& file : fs::directory_iterator(output)) {
    if (!file.path().filename().string().starts_with("samples_" + task + "_")) continue;
    for (const auto& line : test::lines_of(test::read_file(file.path())))
      found.push_back(Json::parse(line));
  }
  return found;
}

/// What lm-evaluation-harness's own code says about a folder, where it is installed.
void check_with_lm_eval(const fs::path& output) {
  const char* python = std::getenv("SMDM_PYTHON");
  if (python == nullptr) {
    test::skip(
        "lm-evaluation-harness is not here to read the files back (./run-tests --with-python)");
    return;
  }
  const auto script = fs::path(SMDM_SOURCE_DIR) / "tests" / "python" / "read_results.py";
  const auto result = test::run_command(python, {script.string(), output.string()});
  INFO(result.err);
  CHECK(result.code == 0);
}

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
