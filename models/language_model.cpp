// What every model does before and behind its own work: it checks its input, looks for each token
// where its logits stand, and turns blocks of logits into what was asked for.
#include "models/language_model.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>

#include <ATen/Functions.h>

#include "models/log_probabilities.hpp"

namespace smdm {
namespace {

[[noreturn]] void reject(const std::string& what) {
  throw std::invalid_argument("model input: " + what);
}

std::string row_name(std::size_t row) {
  return "row " + std::to_string(row);
}

std::int64_t highest_id(const ModelInfo& info) {
  const auto* diffusion = std::get_if<MaskedDiffusion>(&info.objective);
  return diffusion == nullptr ? info.vocab_tokens - 1
                              : std::max(info.vocab_tokens - 1, diffusion->mask_id);
}

void check_shapes(const PackedRows& rows) {
  if (rows.offsets.empty() || rows.offsets.front() != 0) reject("wanted offsets that start at 0");
  if (rows.offsets.back() != static_cast<std::int64_t>(rows.ids.size())) {
    reject("wanted offsets that end at " + std::to_string(rows.ids.size()) +
           ", the number of ids, got " + std::to_string(rows.offsets.back()));
  }
  if (!rows.continues.empty() && rows.continues.size() != rows.rows())
    reject("wanted one parent per row");
  if (!rows.prefixes.empty() && rows.prefixes.size() != rows.rows())
    reject("wanted one prefix per row");
  if (!rows.begins.empty() && rows.begins.size() != rows.rows())
    reject("wanted one position to begin at per row");
  if (!rows.keep.empty() && rows.keep.size() != rows.rows())
    reject("wanted one number of tokens to keep per row");
  if (!rows.unconditional.empty() && rows.unconditional.size() != rows.wanted.size()) {
    reject("wanted one unconditional position per wanted position");
  }
}

/// Checks that a row begins at one of its prefix's tokens or behind them, if it says where.
void check_begin(const PackedRows& rows, std::size_t row) {
  if (rows.begins.empty() || rows.begins[row] == PackedRows::kNone) return;
  if (rows.prefixes.empty() || rows.prefixes[row] == nullptr)
    reject(row_name(row) + " begins within a prefix and has none");
  const auto begin = rows.begins[row];
  const auto held = rows.prefixes[row]->tokens();
  if (begin < 0 || begin > held) {
    reject(row_name(row) + " begins at " + std::to_string(begin) + ", its prefix has " +
           std::to_string(held) + " tokens");
  }
}

/// Whether a row keeps or has a prefix; checks that it may.
void check_prefixes(const ModelInfo& info, const PackedRows& rows, std::size_t row) {
  const bool has = !rows.prefixes.empty() && rows.prefixes[row] != nullptr;
  const auto kept = rows.keep.empty() ? 0 : rows.keep[row];
  if (!has && kept == 0) return;
  if (!std::holds_alternative<MaskedDiffusion>(info.objective))
    reject("only rows of masked diffusion models have or keep prefixes");
  if (rows.parent(row)) reject(row_name(row) + " has or keeps a prefix and continues a row");
  if (has && kept != 0) reject(row_name(row) + " cannot both have a prefix and keep one");
  if (kept < 0 || kept > rows.length(row))
    reject(row_name(row) + " cannot keep " + std::to_string(kept) + " tokens");
}

/// The tokens that stand before a row: its prefix's, its parent's, or its cache's.
std::int64_t tokens_before(const ModelInfo& info,
                           const PackedRows& rows,
                           std::size_t row,
                           std::span<KvCache* const> caches) {
  if (!caches.empty()) return caches[row]->tokens();
  if (!rows.prefixes.empty() && rows.prefixes[row] != nullptr)
    return rows.around(row, rows.prefixes[row]->tokens()).before;
  const auto parent = rows.parent(row);
  if (!parent) return 0;
  if (!std::holds_alternative<Autoregressive>(info.objective))
    reject("only autoregressive rows continue others");
  // A negative index, too, is none of an earlier row once it has no sign.
  if (*parent >= row) reject(row_name(row) + " must continue an earlier row");
  if (rows.parent(*parent)) reject(row_name(row) + " continues a row that continues another");
  return rows.length(*parent);
}

void check_rows(const ModelInfo& info, const PackedRows& rows, std::span<KvCache* const> caches) {
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const auto length = rows.length(row);
    if (length < 1) reject(row_name(row) + " is empty");
    check_prefixes(info, rows, row);
    check_begin(rows, row);
    const auto total = tokens_before(info, rows, row, caches) + length;
    if (total > info.max_tokens) {
      reject(row_name(row) + " has " + std::to_string(total) + " tokens, the model reads at most " +
             std::to_string(info.max_tokens));
    }
  }
  const auto highest = highest_id(info);
  for (std::size_t i = 0; i < rows.ids.size(); ++i) {
    if (rows.ids[i] < 0 || rows.ids[i] > highest) {
      reject("id " + std::to_string(rows.ids[i]) + " at position " + std::to_string(i) +
             " is outside 0.." + std::to_string(highest));
    }
  }
}

void check_wanted(const PackedRows& rows) {
  for (std::size_t w = 0; w < rows.wanted.size(); ++w) {
    const auto out = [&](std::int64_t position) {
      return position < 0 || position >= rows.tokens();
    };
    if (out(rows.wanted[w]) || (!rows.unconditional.empty() && out(rows.unconditional[w]))) {
      reject("wanted position " + std::to_string(w) + " is outside the rows");
    }
    if (w > 0 && rows.wanted[w] < rows.wanted[w - 1]) reject("wanted positions must not decrease");
  }
}

void check(const ModelInfo& info, const PackedRows& rows, std::span<KvCache* const> caches = {}) {
  check_shapes(rows);
  check_rows(info, rows, caches);
  check_wanted(rows);
}

/// Where the logits of a token stand in a model that shifts them: one to the left in its row.
std::int64_t shifted_position(const PackedRows& rows, std::int64_t position) {
  const auto next = std::upper_bound(rows.offsets.begin(), rows.offsets.end(), position);
  const auto row = static_cast<std::size_t>(next - rows.offsets.begin()) - 1;
  if (position > rows.offsets[row]) return position - 1;
  const auto* prefix = rows.prefixes.empty() ? nullptr : rows.prefixes[row].get();
  if (prefix != nullptr && rows.around(row, prefix->tokens()).before > 0) {
    reject("the first token of " + row_name(row) +
           " is wanted, whose shifted logits belong to the last token of its prefix: wanted a row "
           "that begins with that token");
  }
  return position;
}

/// Rows of a model that shifts its logits, with the positions that the network is to give; nothing
/// for other models, whose logits stand at their tokens.
std::optional<PackedRows> shifted_rows(const ModelInfo& info, const PackedRows& rows) {
  const auto* diffusion = std::get_if<MaskedDiffusion>(&info.objective);
  if (diffusion == nullptr || !diffusion->shifted) return std::nullopt;
  auto shifted = rows;
  for (auto& position : shifted.wanted) position = shifted_position(rows, position);
  for (auto& position : shifted.unconditional) position = shifted_position(rows, position);
  return shifted;
}

}  // namespace

TokenScores LanguageModel::scores(const PackedRows& rows,
                                  std::span<const std::int64_t> tokens,
                                  WithArgmax with_argmax,
                                  WithRanks with_ranks) const {
  check(info_, rows);
  if (tokens.size() != rows.wanted.size()) reject("wanted one token per wanted position");
  for (const auto token : tokens) {
    if (token < 0 || token >= info_.vocab_tokens) {
      reject("cannot score token " + std::to_string(token) + " of a vocabulary of " +
             std::to_string(info_.vocab_tokens));
    }
  }
  TokenScores result;
  result.log_p.reserve(tokens.size());
  if (tokens.empty() && rows.keep.empty()) return result;
  const auto shifted = shifted_rows(info_, rows);
  const auto& read = shifted ? *shifted : rows;
  call_hook();
  result.prefixes = run(read, {}, [&](std::int64_t first, const at::Tensor& logits) {
    const auto count = static_cast<std::size_t>(logits.size(0));
    append_token_scores(logits, tokens.subspan(static_cast<std::size_t>(first), count), with_argmax,
                        info_.arithmetic, result);
    if (with_ranks == WithRanks::yes) append_ranks(logits, result.ranks);
  });
  return result;
}

Prefixes LanguageModel::visit_logits(const PackedRows& rows, const LogitsVisitor& visit) const {
  check(info_, rows);
  if (rows.wanted.empty() && rows.keep.empty()) return {};
  const auto shifted = shifted_rows(info_, rows);
  call_hook();
  return run(shifted ? *shifted : rows, {}, visit);
}

at::Tensor LanguageModel::logits(const PackedRows& rows) const {
  std::vector<at::Tensor> blocks;
  visit_logits(rows, [&](std::int64_t, const at::Tensor& logits) {
    blocks.push_back(logits.to(at::kCPU, at::kFloat, /*non_blocking=*/false, /*copy=*/true));
  });
  return blocks.empty() ? at::empty({0, info_.vocab_tokens}) : at::cat(blocks);
}

at::Tensor LanguageModel::dense_logits(const at::Tensor& ids) const {
  const auto batch = ids.size(0);
  const auto length = ids.size(1);
  const auto flat = ids.to(at::kLong).contiguous();
  PackedRows rows;
  for (std::int64_t b = 0; b < batch; ++b) {
    const auto* row = flat.const_data_ptr<std::int64_t>() + b * length;
    rows.append(std::span(row, static_cast<std::size_t>(length)));
  }
  for (std::int64_t position = 0; position < batch * length; ++position)
    rows.wanted.push_back(position);
  return logits(rows).view({batch, length, info_.vocab_tokens});
}

std::unique_ptr<KvCache> LanguageModel::make_cache(std::int64_t capacity) const {
  if (!std::holds_alternative<Autoregressive>(info_.objective))
    reject("only an autoregressive model has a cache");
  if (capacity < 1 || capacity > info_.max_tokens) {
    reject("wanted a cache of 1.." + std::to_string(info_.max_tokens) + " tokens, got " +
           std::to_string(capacity));
  }
  return new_cache(capacity);
}

void LanguageModel::extend(std::span<KvCache* const> caches,
                           const PackedRows& rows,
                           const LogitsVisitor& visit) const {
  if (caches.size() != rows.rows()) reject("wanted one cache per row");
  if (std::set(caches.begin(), caches.end()).size() != caches.size()) {
    reject("wanted a different cache for every row");
  }
  check(info_, rows, caches);
  if (rows.rows() == 0) return;
  call_hook();
  run(rows, caches, visit);
}

void LanguageModel::call_hook() const {
  if (hook_) hook_();
}

}  // namespace smdm
