#include "tests/harness/task_runs.hpp"

#include <cstdlib>

#include <torch/types.h>

#include "models/safetensors.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/command.hpp"
#include "tests/support/support.hpp"

namespace smdm::test {

namespace fs = std::filesystem;

fs::path make_arm_twin(const fs::path& folder) {
  const SafetensorsFile source(golden() / "mdm-32k.safetensors");
  TensorMap tensors;
  for (const auto& [name, entry] : source.entries()) {
    auto tensor = source.tensor(name);
    if (name == "transformer.wte.weight") tensor = tensor.narrow(0, 0, tensor.size(0) - 1);
    tensor = tensor.to(torch::kFloat32).contiguous();
    const float* values = tensor.const_data_ptr<float>();
    tensors[name] = {.shape = tensor.sizes().vec(), .values = {values, values + tensor.numel()}};
  }
  auto config = nlohmann::json::parse(read_file(golden() / "mdm-32k.config.json"));
  config["x_model_type"] = "arm";
  write_checkpoint(folder, config, tensors, StoredType::bf16);
  return folder;
}

std::optional<Inputs> inputs() {
  const auto root = shared();
  if (!root) {
    skip("the benchmark data and Llama 2's tokenizer are not here (SMDM_SHARED)");
    return std::nullopt;
  }
  return Inputs{
      .data = (*root / "data").string(),
      .tokenizer = (*root / "data" / "tokenizers" / "llama2" / "tokenizer.model").string()};
}

Json run(const Inputs& inputs,
         const fs::path& model,
         const fs::path& output,
         const Arguments& more,
         std::string* out) {
  Arguments arguments = {"--model", model.string(), "--tokenizer", inputs.tokenizer,
                         "--data",  inputs.data,    "--output",    output.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto result = smdm_eval(arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.out.find("n-shot") != std::string::npos);
  if (out != nullptr) *out = result.out;
  for (const auto& file : fs::directory_iterator(output)) {
    if (file.path().filename().string().starts_with("results_"))
      return Json::parse(read_file(file.path()));
  }
  FAIL("no results file");
  return {};
}

std::vector<Json> json_lines(const std::string& text) {
  std::vector<Json> lines;
  for (const auto& line : lines_of(text)) lines.push_back(Json::parse(line));
  return lines;
}

std::vector<Json> samples(const fs::path& output, const std::string& task) {
  std::vector<Json> found;
  const std::string before = "samples_" + task + "_";  // a date follows, or more of a longer name
  for (const auto& file : fs::directory_iterator(output)) {
    const auto name = file.path().filename().string();
    if (!name.starts_with(before) ||
        name.find_first_of("0123456789", before.size()) != before.size())
      continue;
    for (auto& line : json_lines(read_file(file.path()))) found.push_back(std::move(line));
  }
  return found;
}

void check_with_lm_eval(const fs::path& output) {
  const char* python = std::getenv("SMDM_PYTHON");
  if (python == nullptr) {
    skip("lm-evaluation-harness is not here to read the files back (./run-tests --with-python)");
    return;
  }
  const auto script = fs::path(SMDM_SOURCE_DIR) / "tests" / "python" / "read_results.py";
  const auto result = run_command(python, {script.string(), output.string()});
  INFO(result.err);
  CHECK(result.code == 0);
}

}  // namespace smdm::test
