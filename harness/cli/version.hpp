/// Which program this is.
#pragma once

namespace smdm {

extern const char* const kVersion;      ///< "0.1.0"
extern const char* const kGitRevision;  ///< of the sources, or "" where they are not in a git tree

}  // namespace smdm
