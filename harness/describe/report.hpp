/// The description of a checkpoint as JSON, and as tables made from that.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/json.hpp"
#include "harness/describe/work.hpp"
#include "harness/run/session.hpp"

namespace smdm {

/// Work and the speed that its hours are estimated with.
struct Estimated {
  std::span<const PlannedWork> work;
  double flops = 0.0;  ///< operations a second
};

/// @param session    its model may be unloaded
/// @param estimated  nothing where nobody asked for work
/// @throws Error(checkpoint)  if a file of weights is gone
[[nodiscard]] Json description(const Session& session, const std::optional<Estimated>& estimated);

/// What description() gave, for people.
[[nodiscard]] std::string description_text(const Json& description);

}  // namespace smdm
