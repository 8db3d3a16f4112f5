/// What stands at a path. No question about a path ends the program: what the system refuses to
/// say is an answer with its reason.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace smdm {

/// What may stand at a path, behind links.
enum class Standing : std::uint8_t {
  nothing,  ///< not even the folder, perhaps; or a link that leads nowhere
  file,
  folder,
  other,    ///< a device, a pipe or a socket
  unknown,  ///< the system refuses to say: a folder that may not be entered, links in a circle
};

struct PathState {
  Standing standing = Standing::nothing;
  int code = 0;  ///< the system's reason where the standing is unknown
};

[[nodiscard]] PathState look_at(const std::filesystem::path& path) noexcept;

/// What errors say was found: "nothing there", "a file", "a folder", "a device, a pipe or a
/// socket", or the system's reason.
[[nodiscard]] std::string in_words(const PathState& state);

[[nodiscard]] bool is_file(const std::filesystem::path& path) noexcept;
[[nodiscard]] bool is_folder(const std::filesystem::path& path) noexcept;

[[nodiscard]] bool is_link(const std::filesystem::path& path) noexcept;

/// Whether the name is in use, be it by a link that leads nowhere.
[[nodiscard]] bool is_taken(const std::filesystem::path& path) noexcept;

/// Whether the system says that nothing stands there: false where it refuses to say, so that
/// reading what need not be there gives the reason.
[[nodiscard]] bool is_absent(const std::filesystem::path& path) noexcept;

/// The number N of a path that means this program's open file N ("/dev/fd/N"), or nothing. Links
/// are not followed: "/dev/stdout" is one.
[[nodiscard]] std::optional<int> own_descriptor(const std::filesystem::path& path);

/// What a path leads to: links followed to the last one, or to an open file of this program.
/// @throws Error(kind)  if links lead in a circle
[[nodiscard]] std::filesystem::path behind_links(const std::filesystem::path& path, ErrorKind kind);

/// The folder in which a file or folder stands: "." for a bare name.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& path);

/// The paths of all that stands in a folder, sorted by name.
/// @throws Error(kind)  with the system's reason
[[nodiscard]] std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder,
                                                            ErrorKind kind);

/// The path from the root, with the links of all that exists of it resolved.
/// @throws Error(kind)  with the system's reason: links in a circle, a working folder that is gone
[[nodiscard]] std::filesystem::path real_path(const std::filesystem::path& path, ErrorKind kind);

/// Whether a file lies, as far as the system says, on another machine.
[[nodiscard]] bool is_on_network(const std::filesystem::path& path) noexcept;

/// Paths that do not begin at the root begin at the working folder; libraries want its name, and
/// end the program themselves where it has none.
/// @throws Error(failure)  if it is gone, or its name is too long for the system
void require_working_folder();

/// The file of the running program.
/// @throws Error(failure)  where the system does not say
[[nodiscard]] std::filesystem::path running_program();

}  // namespace smdm
