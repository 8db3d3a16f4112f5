/// Whole tasks on the real benchmark files, as a user runs them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace smdm::test {

using Json = nlohmann::ordered_json;
using Arguments = std::vector<std::string>;

/// The golden mdm-32k as an autoregressive checkpoint: the embedding loses the mask's row.
std::filesystem::path make_arm_twin(const std::filesystem::path& folder);

struct Inputs {
  std::string data, tokenizer;
};

/// The benchmark data, or nothing after saying that the case is skipped.
std::optional<Inputs> inputs();

/// Runs tasks and returns the results file's content.
/// @param out  receives what was printed, unless null
Json run(const Inputs& inputs,
         const std::filesystem::path& model,
         const std::filesystem::path& output,
         const Arguments& more,
         std::string* out = nullptr);

/// The lines of a text, each a JSON value.
std::vector<Json> json_lines(const std::string& text);

/// The samples of a task.
std::vector<Json> samples(const std::filesystem::path& output, const std::string& task);

/// What lm-evaluation-harness's own code says about a folder, where it is installed.
void check_with_lm_eval(const std::filesystem::path& output);

}  // namespace smdm::test
