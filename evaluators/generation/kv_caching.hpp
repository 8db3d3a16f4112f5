/// What the sampler of a masked diffusion model may keep between steps. Free of LibTorch, so that
/// the table of settings can read it.
#pragma once

#include <array>
#include <cstdint>

#include "base/text/names.hpp"

namespace smdm {

/// Of which tokens keys and values are kept from a step that reads everything for those behind it.
enum class KvCaching : std::uint8_t {
  none,    ///< of none: every step reads everything
  prefix,  ///< of those before the current block
  dual,    ///< of those before the current block and of those behind it
};

inline constexpr std::array kAllKvCachings{
    Named<KvCaching>{.name = "none", .value = KvCaching::none},
    Named<KvCaching>{.name = "prefix", .value = KvCaching::prefix},
    Named<KvCaching>{.name = "dual", .value = KvCaching::dual}};

struct KvCacheConfig {
  KvCaching caching = KvCaching::none;
  /// Steps from one that reads everything to the next, the first included; 0: only a block's first
  /// step does.
  std::int64_t refresh = 0;
};

}  // namespace smdm
