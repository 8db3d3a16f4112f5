/// Types of models that are known and not computed here, so that the error can say what each is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace smdm {

/// What a model type is that no format reads: "SDAR: attention in causal blocks"; nothing for types
/// that nobody has heard of.
/// @param model_type  as configurations say it; capitals and small letters are alike
[[nodiscard]] std::optional<std::string_view> unsupported_type(const std::string& model_type);

}  // namespace smdm
