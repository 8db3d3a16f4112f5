/// The JSON type of records: members keep the order in which they were added, as
/// lm-evaluation-harness writes and hashes them.
#pragma once

#include <nlohmann/json.hpp>

namespace smdm {

using Json = nlohmann::ordered_json;

}  // namespace smdm
