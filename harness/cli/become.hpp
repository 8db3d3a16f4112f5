/// Programs that lie beside smdm-eval, for jobs whose libraries it does not load.
#pragma once

namespace smdm {

inline constexpr const char* kEngine = "smdm-eval-engine";       ///< computes; links LibTorch
inline constexpr const char* kJudgeProgram = "smdm-eval-judge";  ///< asks judges; links libcurl

/// The same process goes on as another program: arguments, environment and descriptors stay.
/// @param program  one of the names above
/// @throws Error(failure)  if there is no such program
[[noreturn]] void become(const char* program, char* const* argv);

}  // namespace smdm
