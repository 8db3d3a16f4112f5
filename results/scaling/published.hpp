/// Laws that others have published, to be drawn over a picture.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace smdm::scaling {

/// coefficient * C^exponent
struct PublishedLaw {
  std::string family;
  bool of_loss = true;  ///< else of the best params
  double coefficient = 0.0;
  double exponent = 0.0;

  [[nodiscard]] double at(double flops) const;
};

/// Reads a table of laws: CSV with the columns family, quantity (loss or params), coefficient and
/// exponent; others are left out, as are laws of other quantities and those without a coefficient.
/// laws.csv of a fit is such a table.
/// @throws Error(data)  file:line, if a column is missing or a number is none
[[nodiscard]] std::vector<PublishedLaw> read_laws(const std::filesystem::path& file);

}  // namespace smdm::scaling
