/// The reader's second half: samples files.
#pragma once

#include <filesystem>
#include <string>

#include "results/json.hpp"
#include "results/record.hpp"

namespace smdm {

/// Fills the task's samples and the values of its metrics, whose names and type it has already.
/// @param samples  how many the results file promises
/// @param hash     what the results file says about them
/// @throws ResultsError  with file and line: a truncated or changed file
void read_samples(const std::filesystem::path& file,
                  std::size_t samples,
                  const std::string& hash,
                  TaskRecord& task);

/// A number of ours: null stands for one that is not finite.
[[nodiscard]] double number_or_nan(const Json& value);

}  // namespace smdm
