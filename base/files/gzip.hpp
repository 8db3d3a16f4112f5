/// Bytes packed as gzip in memory.
#pragma once

#include <string>
#include <string_view>

namespace smdm {

/// One member of gzip (RFC 1952) at the strongest level, without a name or a time: equal bytes
/// become equal bytes.
/// @throws Error(failure)  if memory is out
[[nodiscard]] std::string gzip(std::string_view bytes);

}  // namespace smdm
