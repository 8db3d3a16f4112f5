#include "models/matmul.hpp"

#include <array>
#include <cstdlib>
#include <string_view>

namespace smdm {
namespace {

struct Variable {
  const char* name;
  const char* value;  ///< null: nothing is to be set on this machine
};

/// MKL's strict modes exist for Intel's CPUs only; elsewhere asking for one would choose the
/// slowest branch.
const char* mkl_branch() {
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_cpu_init();
  if (!__builtin_cpu_is("intel")) return nullptr;
  if (__builtin_cpu_supports("avx512f")) return "AVX512,STRICT";
  if (__builtin_cpu_supports("avx2")) return "AVX2,STRICT";
#endif
  return nullptr;
}

std::array<Variable, 2> variables() {
  return {{{.name = "MKL_CBWR", .value = mkl_branch()},
           {.name = "ONEDNN_MAX_CPU_ISA", .value = "AVX512_CORE_BF16"}}};
}

}  // namespace

void keep_matmul_reproducible() {
  for (const auto& variable : variables()) {
    if (variable.value != nullptr && std::getenv(variable.name) == nullptr)
      setenv(variable.name, variable.value, /*overwrite=*/1);
  }
}

bool matmul_is_reproducible() {
  for (const auto& variable : variables()) {
    const char* set = std::getenv(variable.name);
    if (variable.value != nullptr && (set == nullptr || std::string_view(set) != variable.value))
      return false;
  }
  return true;
}

}  // namespace smdm
