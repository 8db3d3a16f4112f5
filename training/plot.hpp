/// A picture of a training's course.
#pragma once

#include <string>
#include <vector>

#include "base/json.hpp"

namespace smdm::training {

/// An SVG image: loss of every logged step (thin), its running mean (thick), and validation losses
/// (marks), over steps.
/// @param records  of a Log
[[nodiscard]] std::string loss_curve(const std::vector<Json>& records, const std::string& title);

}  // namespace smdm::training
