#include "models/memory.hpp"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace smdm {

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);         // large blocks come from the heap too
  mallopt(M_TRIM_THRESHOLD, -1);  // which never shrinks
  constexpr int kGrowth = 1 << 26;
  mallopt(M_TOP_PAD, kGrowth);
#endif
}

}  // namespace smdm
