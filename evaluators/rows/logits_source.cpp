#include "evaluators/rows/logits_source.hpp"

namespace smdm {
namespace {

void hand_out(const Batch<LogitsSource>& batch,
              std::span<const std::shared_ptr<const Prefix>> all) {
  if (all.empty()) return;
  for (const auto& part : batch.parts) {
    const auto own = all.subspan(part.first_row, part.rows);
    if (std::ranges::any_of(own, [](const auto& prefix) { return prefix != nullptr; }))
      part.source->keep(own);
  }
}

}  // namespace

void run_sources(const LanguageModel& model,
                 const OpenLogitsSource& open_next,
                 const PackingLimits& limits) {
  Packer<LogitsSource> packer(open_next, limits);
  while (true) {
    const auto batch = packer.next();
    if (batch.parts.empty()) return;
    const auto kept = model.visit_logits(
        batch.rows.rows,
        [&](std::int64_t first, const at::Tensor& logits) { show_logits(batch, first, logits); });
    hand_out(batch, kept);
  }
}

}  // namespace smdm
