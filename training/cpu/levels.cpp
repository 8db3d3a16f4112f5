#include "models/cpu/levels.hpp"

#include "training/cpu/loops.hpp"

namespace smdm::training::cpu {

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

const Loops& loops() {
#ifdef SMDM_X86_LEVELS
  static const Loops* const kLevels[] = {&baseline::kLoops, &v3::kLoops, &v4::kLoops};
#else
  static const Loops* const kLevels[] = {&baseline::kLoops};
#endif
  static const Loops& best = *kLevels[smdm::cpu::levels().size() - 1];  // in the same order
  return best;
}

}  // namespace smdm::training::cpu
