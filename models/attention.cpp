#include "models/attention.hpp"

#include "models/cpu/attention.hpp"

namespace smdm {
namespace {

/// [B, T, heads, hs] as SDPA wants it: [B, heads, T, hs], without a copy.
torch::Tensor heads_first(const torch::Tensor& x) {
  return x.transpose(1, 2);
}

/// Repeats each key/value head for the query heads of its group.
torch::Tensor for_all_queries(const torch::Tensor& x, std::int64_t heads) {
  const auto groups = x.size(2);
  return groups == heads ? x : x.repeat_interleave(heads / groups, 2);
}

/// Queries of the last tokens on all keys.
/// @param query      [B, T, H, hs]
/// @param key,value  [B, P + T, G, hs], P > 0
torch::Tensor attention_after(const torch::Tensor& query,
                              const torch::Tensor& key,
                              const torch::Tensor& value,
                              bool causal) {
  const auto tokens = query.size(1);
  const auto heads = query.size(2);
  const auto every =
      torch::ones({tokens, key.size(1)}, torch::TensorOptions(torch::kBool).device(query.device()));
  const auto seen = causal ? every.tril(key.size(1) - tokens) : every;
  const auto out =
      at::scaled_dot_product_attention(heads_first(query), heads_first(for_all_queries(key, heads)),
                                       heads_first(for_all_queries(value, heads)), seen);
  return out.transpose(1, 2);
}

/// @param query      [B, T, H, hs]
/// @param key,value  [B, T, G, hs]
torch::Tensor attention(const torch::Tensor& query,
                        const torch::Tensor& key,
                        const torch::Tensor& value,
                        bool causal) {
  const auto heads = query.size(2);
  const auto out =
      at::scaled_dot_product_attention(heads_first(query), heads_first(for_all_queries(key, heads)),
                                       heads_first(for_all_queries(value, heads)), {}, 0.0, causal);
  return out.transpose(1, 2);
}

/// Attention of one packed batch; knows where each row and what it continues lie.
class RowAttention {
 public:
  RowAttention(const Projections& projections,
               const PackedRows& rows,
               std::span<const Past> past,
               bool causal,
               torch::Tensor& out)
      : p_(projections), rows_(rows), past_(past), causal_(causal), out_(out) {}

  void run() {
    std::size_t row = 0;
    while (row < rows_.rows()) {
      const auto next = end_of_group(row);
      if (next > row) {
        attend_alone(row, next);
        row = next;
      } else {
        attend_after(row++);
      }
    }
  }

 private:
  [[nodiscard]] std::int64_t begin(std::size_t row) const { return rows_.offsets[row]; }
  [[nodiscard]] std::int64_t length(std::size_t row) const { return rows_.length(row); }

  [[nodiscard]] bool stands_alone(std::size_t row) const {
    if (!past_.empty()) return !past_[row].key.defined();
    return !rows_.parent(row).has_value();
  }

  /// One past the last of the rows from `row` on that are equally long and stand alone.
  [[nodiscard]] std::size_t end_of_group(std::size_t row) const {
    auto end = row;
    while (end < rows_.rows() && stands_alone(end) && length(end) == length(row)) ++end;
    return end;
  }

  void attend_alone(std::size_t first, std::size_t end) {
    const auto count = static_cast<std::int64_t>(end - first);
    const auto tokens = length(first);
    const auto part = [&](const torch::Tensor& x) {
      return x.narrow(0, begin(first), count * tokens).view({count, tokens, x.size(1), x.size(2)});
    };
    store(first, count * tokens, attention(part(p_.query), part(p_.key), part(p_.value), causal_));
  }

  void attend_after(std::size_t row) {
    const auto own = [&](const torch::Tensor& x) { return x.narrow(0, begin(row), length(row)); };
    const auto before = past(row);
    const auto key = torch::cat({before.key, own(p_.key)}).unsqueeze(0);
    const auto value = torch::cat({before.value, own(p_.value)}).unsqueeze(0);
    store(row, length(row), attention_after(own(p_.query).unsqueeze(0), key, value, causal_));
  }

  [[nodiscard]] Past past(std::size_t row) const {
    if (!past_.empty()) return past_[row];
    const auto parent = rows_.parent(row).value();
    return {.key = p_.key.narrow(0, begin(parent), length(parent)),
            .value = p_.value.narrow(0, begin(parent), length(parent))};
  }

  void store(std::size_t row, std::int64_t tokens, const torch::Tensor& attended) {
    const auto target = out_.narrow(0, begin(row), tokens).view(attended.sizes());
    target.copy_(attended);
  }

  const Projections& p_;
  const PackedRows& rows_;
  std::span<const Past> past_;
  bool causal_;
  torch::Tensor& out_;
};

}  // namespace

void attend_with_library(const Projections& projections,
                         const PackedRows& rows,
                         std::span<const Past> past,
                         bool causal,
                         torch::Tensor& out) {
  RowAttention(projections, rows, past, causal, out).run();
}

void attend(const Projections& projections,
            const PackedRows& rows,
            std::span<const Past> past,
            bool causal,
            torch::Tensor& out) {
  if (out.is_cpu()) return cpu::attend(projections, rows, past, causal, out);
  attend_with_library(projections, rows, past, causal, out);
}

}  // namespace smdm
