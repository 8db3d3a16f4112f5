/// JSON with its fields in the order in which they were added.
#pragma once

#include <nlohmann/json.hpp>

namespace smdm::microworld {

using Json = nlohmann::ordered_json;

}  // namespace smdm::microworld
