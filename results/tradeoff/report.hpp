/// A trade-off as JSON, as text and as a picture. The JSON holds every document's numbers, from
/// which all others follow; docs/tradeoff-v1.schema.json says what stands where.
#pragma once

#include <string>

#include "results/tradeoff/study.hpp"

namespace smdm::tradeoff {

/// The study with what was made of it. Numbers keep all their digits; what is missing is null.
[[nodiscard]] Json study_json(const Study& study, const Analysis& analysis);

/// Tables that are Markdown, then the choices, a sentence each.
[[nodiscard]] std::string study_text(const Study& study, const Analysis& analysis);

/// Quality against row-forwards, a line for each curve, as SVG.
[[nodiscard]] std::string front_svg(const Study& study, const Analysis& analysis);

}  // namespace smdm::tradeoff
