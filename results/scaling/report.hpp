/// Fits as people and programs read them: a table, JSON, CSV and pictures.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "results/scaling/fit.hpp"
#include "results/scaling/published.hpp"

namespace smdm::scaling {

/// Laws, gaps, exponents side by side, and whatever a reader must know, for a terminal.
[[nodiscard]] std::string fit_text(const Fit& fit);

/// Everything, with null where there is no number (docs/scaling.md).
[[nodiscard]] Json fit_json(const Fit& fit);

/// A file of a fit's folder.
struct File {
  std::string name;
  std::string content;
};

/// optima.csv, laws.csv, gaps.csv.
[[nodiscard]] std::vector<File> fit_tables(const Fit& fit);

/// loss.svg, params.svg, residuals.svg, and gaps.svg where there is a gap.
/// @param laws  are drawn over loss.svg and params.svg
[[nodiscard]] std::vector<File> fit_pictures(const Fit& fit, std::span<const PublishedLaw> laws);

}  // namespace smdm::scaling
