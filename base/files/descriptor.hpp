/// System calls with their retries and their words for what went wrong.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace smdm {

/// Writes every byte to an open descriptor; a closed pipe is an error, not a signal.
/// @param name  the file's name in the error
/// @throws Error(results)  with the system's reason
void write_all(int descriptor, std::string_view bytes, const std::string& name);

/// "<what>: <the system's words for code>"
[[nodiscard]] std::string because(const std::string& what, int code);

}  // namespace smdm
