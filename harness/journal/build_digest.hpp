/// What of the program itself an answer depends on.
#pragma once

namespace smdm {

/// SHA-256 over the sources that numbers depend on, compiler, flags and libraries, made by the
/// build (cmake/build_digest.cmake). Whether they were committed makes no difference.
extern const char* const kBuildDigest;

/// The same over what makes results of answers: tasks and statistics. A run goes on under one
/// alone.
extern const char* const kJudgingDigest;

}  // namespace smdm
