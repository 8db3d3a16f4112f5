#include "models/cpu/levels.hpp"

#include <array>
#include <cstddef>

namespace smdm::cpu {

namespace baseline {
extern const Loops kLoops;
}
#ifdef SMDM_X86_LEVELS
namespace v3 {
extern const Loops kLoops;
}
namespace v4 {
extern const Loops kLoops;
}
#endif

namespace {

#ifdef SMDM_X86_LEVELS
constexpr std::array<Level, 3> kLevels = {{{.name = "baseline", .loops = &baseline::kLoops},
                                           {.name = "x86-64-v3", .loops = &v3::kLoops},
                                           {.name = "x86-64-v4", .loops = &v4::kLoops}}};

bool has_v3() {
  return static_cast<bool>(__builtin_cpu_supports("avx2")) &&
         static_cast<bool>(__builtin_cpu_supports("fma")) &&
         static_cast<bool>(__builtin_cpu_supports("bmi2"));
}

bool has_v4() {
  return has_v3() && static_cast<bool>(__builtin_cpu_supports("avx512f")) &&
         static_cast<bool>(__builtin_cpu_supports("avx512bw")) &&
         static_cast<bool>(__builtin_cpu_supports("avx512cd")) &&
         static_cast<bool>(__builtin_cpu_supports("avx512dq")) &&
         static_cast<bool>(__builtin_cpu_supports("avx512vl"));
}

std::size_t available() {
  return has_v4() ? 3 : has_v3() ? 2 : 1;
}
#else
constexpr std::array<Level, 1> kLevels = {{{.name = "baseline", .loops = &baseline::kLoops}}};

std::size_t available() {
  return 1;
}
#endif

}  // namespace

std::span<const Level> levels() {
  return std::span(kLevels).first(available());
}

const Loops& loops() {
  static const Loops& best = *levels().back().loops;
  return best;
}

}  // namespace smdm::cpu
