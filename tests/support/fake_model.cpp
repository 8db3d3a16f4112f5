#include "tests/support/fake_model.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <utility>

#include <torch/types.h>

namespace smdm::test {
namespace {

constexpr std::int64_t kVocabulary = 7;
constexpr std::int64_t kMaxTokens = 64;
constexpr std::int64_t kBlock = 3;

class FakeCache : public KvCache {
 public:
  [[nodiscard]] std::int64_t tokens() const override { return std::ssize(ids); }
  std::vector<std::int64_t> ids;
};

class FakePrefix : public Prefix {
 public:
  explicit FakePrefix(std::vector<std::int64_t> seen) : ids(std::move(seen)) {}
  [[nodiscard]] std::int64_t tokens() const override { return std::ssize(ids); }
  std::vector<std::int64_t> ids;
};

std::uint64_t scramble(std::uint64_t x) {
  x ^= x >> 31U;
  x *= 0x7fb5d329728ea185U;
  x ^= x >> 27U;
  x *= 0x81dadef4bc2dd44dU;
  return x ^ (x >> 33U);
}

/// The row that a position lies in, as the model sees it, and where in it the position is.
struct Seen {
  std::vector<std::int64_t> ids;
  std::size_t position = 0;
};

std::span<const std::int64_t> row_ids(const PackedRows& rows, std::size_t row) {
  const auto first = static_cast<std::size_t>(rows.offsets[row]);
  return std::span(rows.ids).subspan(first,
                                     static_cast<std::size_t>(rows.offsets[row + 1]) - first);
}

Seen seen_at(const PackedRows& rows,
             std::span<KvCache* const> caches,
             bool causal,
             std::int64_t at) {
  const auto next = std::upper_bound(rows.offsets.begin(), rows.offsets.end(), at);
  const auto row = static_cast<std::size_t>(next - rows.offsets.begin()) - 1;
  Seen seen;
  std::vector<std::int64_t> behind;
  if (!caches.empty()) {
    seen.ids = dynamic_cast<const FakeCache&>(*caches[row]).ids;
  } else if (!rows.prefixes.empty() && rows.prefixes[row] != nullptr) {
    const auto& kept = dynamic_cast<const FakePrefix&>(*rows.prefixes[row]).ids;
    const auto around = rows.around(row, std::ssize(kept));
    seen.ids.assign(kept.begin(), kept.begin() + around.before);
    behind.assign(kept.end() - around.behind, kept.end());
  } else if (rows.parent(row)) {
    const auto parent = row_ids(rows, *rows.parent(row));
    seen.ids.assign(parent.begin(), parent.end());
  }
  seen.position = seen.ids.size() + static_cast<std::size_t>(at - rows.offsets[row]);
  const auto own = row_ids(rows, row);
  seen.ids.insert(seen.ids.end(), own.begin(), own.end());
  seen.ids.insert(seen.ids.end(), behind.begin(), behind.end());
  if (causal) seen.ids.resize(seen.position + 1);
  return seen;
}

Prefixes kept_prefixes(const PackedRows& rows) {
  Prefixes kept;
  for (std::size_t row = 0; row < rows.keep.size(); ++row) {
    if (rows.keep[row] == 0) {
      kept.push_back(nullptr);
      continue;
    }
    const auto first = row_ids(rows, row).first(static_cast<std::size_t>(rows.keep[row]));
    std::vector<std::int64_t> ids(first.begin(), first.end());
    ids.front() = (ids.front() + rows.length(row)) % kVocabulary;
    kept.push_back(std::make_shared<FakePrefix>(std::move(ids)));
  }
  return kept;
}

}  // namespace

FakeModel::FakeModel(const ModelInfo& info, Logits logits)
    : LanguageModel(info), logits_(std::move(logits)) {}

std::vector<double> FakeModel::log_p(std::span<const std::int64_t> ids,
                                     std::size_t position,
                                     double cfg,
                                     std::size_t context,
                                     std::size_t suffix) const {
  const auto given = logits_(ids, position);
  std::vector<double> logits(given.begin(), given.end());
  if (cfg != 0.0) {
    std::vector<std::int64_t> hidden(ids.begin(), ids.end());
    const auto mask_id = std::get<MaskedDiffusion>(info().objective).mask_id;
    std::fill_n(hidden.begin(), context, mask_id);
    std::fill_n(hidden.rbegin(), suffix, mask_id);
    const auto free = logits_(hidden, position);
    for (std::size_t v = 0; v < logits.size(); ++v) {
      logits[v] = free[v] + (cfg + 1.0) * (logits[v] - free[v]);
    }
  }
  double sum = 0.0;
  for (const double logit : logits) sum += std::exp(logit);
  for (auto& logit : logits) logit -= std::log(sum);
  return logits;
}

Prefixes FakeModel::run(const PackedRows& rows,
                        std::span<KvCache* const> caches,
                        const LogitsVisitor& visit) const {
  work_.forwards += 1;
  work_.rows += static_cast<std::int64_t>(rows.rows());
  work_.tokens += rows.tokens();
  work_.most_rows = std::max(work_.most_rows, static_cast<std::int64_t>(rows.rows()));
  work_.most_tokens = std::max(work_.most_tokens, rows.tokens());
  const bool causal = std::holds_alternative<Autoregressive>(info().objective);
  std::map<std::int64_t, std::vector<float>> known;
  const auto logits_at = [&](std::int64_t at) -> const std::vector<float>& {
    auto [entry, is_new] = known.try_emplace(at);
    if (is_new) {
      const auto seen = seen_at(rows, caches, causal, at);
      entry->second = logits_(seen.ids, seen.position);
    }
    return entry->second;
  };
  const auto count = std::ssize(rows.wanted);
  for (std::int64_t first = 0; first < count; first += kBlock) {
    const auto size = std::min(kBlock, count - first);
    auto block = torch::empty({size, info().vocab_tokens}, torch::kFloat32);
    for (std::int64_t i = 0; i < size; ++i) {
      const auto w = static_cast<std::size_t>(first + i);
      auto values = logits_at(rows.wanted[w]);
      if (!rows.unconditional.empty()) {
        const auto& free = logits_at(rows.unconditional[w]);
        const auto scale = static_cast<float>(rows.guidance + 1.0);
        for (std::size_t v = 0; v < values.size(); ++v) {
          values[v] = free[v] + scale * (values[v] - free[v]);
        }
      }
      std::copy(values.begin(), values.end(), block.data_ptr<float>() + i * info().vocab_tokens);
    }
    visit(first, block);
  }
  for (std::size_t row = 0; row < caches.size(); ++row) {
    auto& ids = dynamic_cast<FakeCache&>(*caches[row]).ids;
    const auto own = row_ids(rows, row);
    ids.insert(ids.end(), own.begin(), own.end());
  }
  return kept_prefixes(rows);
}

std::unique_ptr<KvCache> FakeModel::new_cache(std::int64_t /*capacity*/) const {
  return std::make_unique<FakeCache>();
}

ModelInfo fake_masked_diffusion() {
  return {.objective = MaskedDiffusion{.mask_id = kVocabulary},
          .vocab_tokens = kVocabulary,
          .max_tokens = kMaxTokens};
}

ModelInfo fake_autoregressive() {
  return {.objective = Autoregressive{}, .vocab_tokens = kVocabulary, .max_tokens = kMaxTokens};
}

FakeModel::Logits uniform_logits() {
  return [](std::span<const std::int64_t>, std::size_t) {
    return std::vector<float>(kVocabulary, 0.0F);
  };
}

FakeModel::Logits scrambled_logits(double strength) {
  return [strength](std::span<const std::int64_t> ids, std::size_t position) {
    std::uint64_t state = 17 + position;
    for (const auto id : ids) state = scramble(state * 31 + static_cast<std::uint64_t>(id) + 1);
    std::vector<float> logits;
    for (std::uint64_t token = 0; token < kVocabulary; ++token) {
      const auto bits = scramble(state + 1000 * (token + 1)) >> 11U;
      logits.push_back(
          static_cast<float>(strength * (2.0 * static_cast<double>(bits) * 0x1p-53 - 1.0)));
    }
    return logits;
  };
}

}  // namespace smdm::test
