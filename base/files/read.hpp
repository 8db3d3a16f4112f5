/// Whole files in memory.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/files/open.hpp"

namespace smdm {

/// All bytes of a file.
/// @param kind  whose fault it is if the file cannot be read
/// @throws Error(kind)  then, with the path and the reason
[[nodiscard]] std::string read_file(const std::filesystem::path& path,
                                    ErrorKind kind,
                                    Input input = Input::file);

/// The same for a file that need not be there: nothing where nothing stands.
/// @throws Error(kind)  if something stands there that cannot be read
[[nodiscard]] std::optional<std::string> read_file_if_there(const std::filesystem::path& path,
                                                            ErrorKind kind);

}  // namespace smdm
