/// What a model is called where its path does not belong.
#pragma once

#include <string>

namespace smdm {

/// The last part of a checkpoint's path, without ".safetensors", whether the path ends with a slash
/// or not.
[[nodiscard]] std::string short_model_name(const std::string& model);

/// A name of which only letters and digits of ASCII, '.', '_', '-' and '+' are left, with '_' for
/// everything else: part of a path on any file system.
[[nodiscard]] std::string portable_name(const std::string& name);

}  // namespace smdm
