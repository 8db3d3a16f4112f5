// Rows are sorted by length and cut into groups that waste little padding; indices made once for a
// batch gather each group's queries and keys out of the packed tokens and scatter the answers back.
#include "models/attention.hpp"

#include <algorithm>

#include <ATen/Functions.h>

namespace smdm {
namespace {

/// Kernels that take a mask want its rows aligned.
constexpr std::int64_t kMaskMultiple = 16;

at::Tensor on_device(const std::vector<std::int64_t>& values, at::Device device) {
  return at::tensor(values, at::kLong).to(device);
}

/// Repeats each key/value head for the query heads of its group.
at::Tensor for_all_queries(const at::Tensor& x, std::int64_t heads) {
  const auto groups = x.size(2);
  return groups == heads ? x : x.repeat_interleave(heads / groups, 2);
}

/// The given tokens of x [N, heads, hs], as SDPA wants them: [rows, heads, tokens, hs].
at::Tensor gathered(const at::Tensor& x, const at::Tensor& at, std::int64_t rows) {
  return x.index_select(0, at).view({rows, at.size(0) / rows, x.size(1), x.size(2)});
}

/// All keys (or values) that any row sees: what is held for the rows, in their order, and then the
/// packed tokens themselves.
at::Tensor pool(std::span<const Past> past, at::Tensor Past::* part, const at::Tensor& tokens) {
  std::vector<at::Tensor> parts;
  for (const auto& one : past) {
    if (one.tokens > 0) parts.push_back((one.*part).narrow(0, 0, one.tokens));
  }
  if (parts.empty()) return tokens;
  parts.push_back(tokens);
  return at::cat(parts);
}

}  // namespace

/// Where one row's queries and keys lie.
struct GatheredAttention::Span {
  std::int64_t begin = 0;      ///< first token, among the packed ones
  std::int64_t tokens = 0;     ///< T
  std::int64_t before = 0;     ///< P, tokens that stand before it
  std::int64_t before_at = 0;  ///< the first of these, in the pool
  std::int64_t own_at = 0;     ///< its own first token, in the pool
  std::int64_t behind = 0;     ///< tokens that stand behind it
  std::int64_t behind_at = 0;  ///< the first of these, in the pool

  [[nodiscard]] std::int64_t keys() const { return before + tokens + behind; }

  /// The place of its k-th key in the pool; its own first one for numbers that only pad.
  [[nodiscard]] std::int64_t key_at(std::int64_t k) const {
    const auto own = k < keys() ? k - before : 0;
    if (own < 0) return before_at + k;
    return own < tokens ? own_at + own : behind_at + own - tokens;
  }
};

GatheredAttention::GatheredAttention(const PackedRows& rows,
                                     std::span<const std::int64_t> past_tokens,
                                     bool causal,
                                     at::Device device) {
  std::int64_t pooled = 0;
  for (const auto tokens : past_tokens) pooled += tokens;
  std::vector<Span> spans;
  std::int64_t past_at = 0;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    Span span{.begin = rows.offsets[row],
              .tokens = rows.length(row),
              .before = 0,
              .before_at = 0,
              .own_at = pooled + rows.offsets[row]};
    if (!past_tokens.empty()) {
      const auto around = rows.around(row, past_tokens[row]);
      span.before = around.before;
      span.before_at = past_at;
      past_at += past_tokens[row];
      span.behind = around.behind;
      span.behind_at = past_at - around.behind;
    } else if (const auto parent = rows.parent(row)) {
      span.before = rows.length(*parent);
      span.before_at = rows.offsets[*parent];
    }
    spans.push_back(span);
  }
  std::stable_sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
    return std::pair(a.before > 0, a.keys()) < std::pair(b.before > 0, b.keys());
  });

  std::vector<std::int64_t> answer_at(static_cast<std::size_t>(rows.tokens()));
  std::int64_t answers = 0;
  for (std::size_t first = 0; first < spans.size();) {
    // Of the work in a group at most half is padding, as far as keys go.
    auto end = first;
    while (end < spans.size() && (spans[end].before > 0) == (spans[first].before > 0) &&
           spans[end].keys() <= 2 * spans[first].keys())
      ++end;
    const std::span group(spans.data() + first, end - first);
    add_group(group, causal, device);
    for (const auto& span : group) {
      for (std::int64_t t = 0; t < span.tokens; ++t)
        answer_at[static_cast<std::size_t>(span.begin + t)] = answers + t;
      answers += groups_.back().queries;
    }
    first = end;
  }
  answer_at_ = on_device(answer_at, device);
}

void GatheredAttention::add_group(std::span<const Span> spans, bool causal, at::Device device) {
  Group group;
  group.rows = std::ssize(spans);
  group.causal = causal && spans.front().before == 0;
  for (const auto& span : spans) {
    group.queries = std::max(group.queries, span.tokens);
    group.keys = std::max(group.keys, span.keys());
  }
  // Without a mask, padding behind a row is hidden only where each query sees no later key.
  const bool equal = spans.front().keys() == spans.back().keys();
  const bool masked = !group.causal && (causal || !equal);
  if (masked) group.keys = (group.keys + kMaskMultiple - 1) / kMaskMultiple * kMaskMultiple;

  group.query_at = on_device(queries_of(spans, group.queries), device);
  group.key_at = on_device(keys_of(spans, group.keys), device);
  if (masked) {
    const auto last = on_device(last_keys(spans, causal ? group.queries : 1), device)
                          .view({group.rows, 1, causal ? group.queries : 1, 1});
    const auto key = at::arange(group.keys, at::TensorOptions(at::kLong).device(device));
    group.mask = key.le(last);
  }
  groups_.push_back(std::move(group));
}

std::vector<std::int64_t> GatheredAttention::queries_of(std::span<const Span> spans,
                                                        std::int64_t queries) {
  std::vector<std::int64_t> at;
  for (const auto& span : spans) {
    for (std::int64_t t = 0; t < queries; ++t) at.push_back(span.begin + (t < span.tokens ? t : 0));
  }
  return at;
}

std::vector<std::int64_t> GatheredAttention::keys_of(std::span<const Span> spans,
                                                     std::int64_t keys) {
  std::vector<std::int64_t> at;
  for (const auto& span : spans) {
    for (std::int64_t k = 0; k < keys; ++k) at.push_back(span.key_at(k));
  }
  return at;
}

/// The last key that each query sees; one query speaks for all of a row where all see the same.
std::vector<std::int64_t> GatheredAttention::last_keys(std::span<const Span> spans,
                                                       std::int64_t queries) {
  std::vector<std::int64_t> last;
  for (const auto& span : spans) {
    // A padded query sees what the row's last one sees.
    for (std::int64_t t = 0; t < queries; ++t)
      last.push_back(queries > 1 ? std::min(span.before + t, span.keys() - 1) : span.keys() - 1);
  }
  return last;
}

at::Tensor GatheredAttention::attended(const Group& group,
                                       const Projections& projections,
                                       const at::Tensor& keys,
                                       const at::Tensor& values) {
  const auto heads = projections.query.size(1);
  const auto heads_first = [&](const at::Tensor& x, const at::Tensor& at) {
    return for_all_queries(gathered(x, at, group.rows), heads).transpose(1, 2);
  };
  const auto mask = group.mask.defined() ? std::optional(group.mask) : std::nullopt;
  const auto out = at::scaled_dot_product_attention(
      heads_first(projections.query, group.query_at), heads_first(keys, group.key_at),
      heads_first(values, group.key_at), mask, 0.0, group.causal);
  return out.transpose(1, 2).reshape({group.rows * group.queries, -1});
}

void GatheredAttention::attend(const Projections& projections,
                               std::span<const Past> past,
                               at::Tensor& out) const {
  const auto keys = pool(past, &Past::key, projections.key);
  const auto values = pool(past, &Past::value, projections.value);
  std::vector<at::Tensor> answers;
  answers.reserve(groups_.size());
  for (const auto& group : groups_) answers.push_back(attended(group, projections, keys, values));
  const auto all = answers.size() == 1 ? answers.front() : at::cat(answers);
  auto target = out.narrow(0, 0, answer_at_.size(0));
  at::index_select_out(target, all, 0, answer_at_);
}

}  // namespace smdm
