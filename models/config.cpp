#include "models/config.hpp"

#include <algorithm>

namespace smdm {

std::string to_string(ModelKind kind) {
  return kind == ModelKind::mdm ? "mdm" : "arm";
}

std::int64_t ModelConfig::rotary_elements() const noexcept {
  return static_cast<std::int64_t>(rotary_percentage * static_cast<double>(head_size()));
}

std::int64_t ModelConfig::embedding_rows(ModelKind of) const noexcept {
  return of == ModelKind::mdm ? std::max(padded_vocab_size, mask() + 1) : padded_vocab_size;
}

}  // namespace smdm
