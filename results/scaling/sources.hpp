/// The two sources of points, each by itself. For results/scaling only: read_points() (points.hpp)
/// checks what comes together.
#pragma once

#include <filesystem>

#include "results/scaling/points.hpp"

namespace smdm::scaling {

/// Appends the rows of a table.
/// @throws Error(data)  file:line, for all that is wrong with one file
void read_table(const std::filesystem::path& file, Points& points);

/// @param path  a folder with a training.json, or that file
/// @throws Error(data)  if it is none, is not at its end, or has no loss of validation rows
[[nodiscard]] Point read_training(const std::filesystem::path& path);

}  // namespace smdm::scaling
