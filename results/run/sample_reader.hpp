/// Reads samples files: documents, answers, and the values that they add to metrics.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "results/run/record.hpp"

namespace smdm {

/// What a results file says about the samples of a task.
struct SamplesPromise {
  std::size_t samples = 0;
  std::string hash;                 ///< over their documents, first prompts and targets
  std::optional<std::string> file;  ///< SHA-256 of the file; older versions did not write it
};

/// Fills the task's samples and the values of its metrics, whose names and type it has already.
/// @throws Error(results)  with file and line: a truncated or changed file
void read_samples(const std::filesystem::path& file,
                  const SamplesPromise& promise,
                  TaskRecord& task);

/// A number of ours: null stands for one that is not finite.
[[nodiscard]] double number_or_nan(const Json& value);

}  // namespace smdm
