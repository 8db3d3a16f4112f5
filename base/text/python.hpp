/// Text exactly as Python writes it: lm-evaluation-harness hashes documents in this form and stores
/// responses as Python strings.
#pragma once

#include <string>

#include "base/json.hpp"

namespace smdm {

/// repr(float): the shortest digits that read back equal, "1e-05", "1e+16", "inf", "nan".
[[nodiscard]] std::string python_float(double value);

/// json.dumps(value, indent=2, ensure_ascii=False), numbers of parse_json() included: whole ones of
/// any length, and "Infinity" for a float beyond the largest. A byte that is not UTF-8 becomes
/// U+FFFD.
[[nodiscard]] std::string python_json(const Json& value);

/// json_text() and a line end. NaN and infinities become null; a byte that is not UTF-8 becomes
/// U+FFFD, so that one odd byte in a model's output does not lose a run.
[[nodiscard]] std::string json_line(const Json& value);

}  // namespace smdm
