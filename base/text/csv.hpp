/// Lines of comma-separated values (RFC 4180), cell by cell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace smdm {

/// The cells of one line. A cell in quotes keeps its commas and spaces, and two quotes within it
/// are one; around other cells spaces and tabs are left out. A cell ends on its own line.
/// @throws std::invalid_argument  if a quote is not closed, or something stands behind it
[[nodiscard]] std::vector<std::string> csv_cells(std::string_view line);

/// A cell as a file holds it: in quotes where its text would not be read back otherwise.
[[nodiscard]] std::string csv_cell(const std::string& text);

}  // namespace smdm
