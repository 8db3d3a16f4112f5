#include "evaluators/rows/logits_source.hpp"

namespace smdm {

void run_sources(const LanguageModel& model,
                 const OpenLogitsSource& open_next,
                 const PackingLimits& limits) {
  Packer<LogitsSource> packer(open_next, limits);
  while (true) {
    const auto batch = packer.next();
    if (batch.parts.empty()) return;
    model.visit_logits(batch.rows.rows, [&](std::int64_t first, const at::Tensor& logits) {
      show_logits(batch, first, logits);
    });
  }
}

}  // namespace smdm
