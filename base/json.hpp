/// The JSON type of documents: members keep their order, because lm-evaluation-harness hashes a
/// document as it is written.
#pragma once

#include <nlohmann/json.hpp>

namespace smdm {

using Json = nlohmann::ordered_json;

}  // namespace smdm
