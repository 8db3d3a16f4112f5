// Hands rows and groups of heads out to threads; each part is one call of the best level's loops,
// which read a row's past and its own keys where they lie.
#include "models/cpu/attention.hpp"

#include <algorithm>
#include <memory>
#include <type_traits>

#include "models/cpu/levels.hpp"
#include "models/cpu/row_ranges.hpp"

namespace smdm::cpu {
namespace {

/// The element type of loops over a tensor of c10's type.
template <typename T>
using LoopType = std::conditional_t<std::is_same_v<T, c10::BFloat16>, Bf16, T>;

template <typename T>
const LoopType<T>* data(const at::Tensor& x) {
  return reinterpret_cast<const LoopType<T>*>(x.const_data_ptr<T>());
}

template <typename T>
class Attention {
 public:
  Attention(const Projections& projections,
            const PackedRows& rows,
            std::span<const Past> past,
            bool causal,
            at::Tensor& out)
      : p_(projections),
        rows_(rows),
        past_(past),
        causal_(causal),
        out_(reinterpret_cast<LoopType<T>*>(out.mutable_data_ptr<T>())) {}

  void run() const {
    const auto count = static_cast<std::int64_t>(rows_.rows());
    const auto needed = loops().attention_scratch(most_keys(), p_.key.size(2));
    // Groups outside, so that threads get equal shares of every row.
    for_row_ranges(count * p_.key.size(1), 1, [&](std::int64_t begin, std::int64_t end) {
      const auto scratch =
          std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(needed));
      for (auto item = begin; item < end; ++item) {
        const auto part = row_of(static_cast<std::size_t>(item % count), item / count);
        if constexpr (std::is_same_v<T, float>) {
          loops().attention_f32(part, scratch.get());
        } else {
          loops().attention_bf16(part, scratch.get());
        }
      }
    });
  }

 private:
  [[nodiscard]] std::int64_t most_keys() const {
    std::int64_t most = 0;
    for (std::size_t row = 0; row < rows_.rows(); ++row) {
      const auto [before, behind] = around(row);
      most = std::max(most, before + rows_.length(row) + behind);
    }
    return most;
  }

  [[nodiscard]] std::int64_t held(std::size_t row) const { return past_[row].tokens; }

  [[nodiscard]] Surroundings around(std::size_t row) const {
    if (!past_.empty()) return rows_.around(row, held(row));
    const auto parent = rows_.parent(row);
    return {.before = parent ? rows_.length(*parent) : 0, .behind = 0};
  }

  [[nodiscard]] AttentionRow<LoopType<T>> row_of(std::size_t row, std::int64_t group) const {
    const auto size = p_.key.size(2);
    const auto heads = p_.query.size(1) / p_.key.size(1);
    const auto key_stride = p_.key.stride(0);
    const auto query_stride = p_.query.stride(0);
    const auto begin = rows_.offsets[row];
    const auto* key = data<T>(p_.key) + group * size;
    const auto* value = data<T>(p_.value) + group * size;
    const auto head = group * heads * size;
    const auto [before, behind] = around(row);
    AttentionRow<LoopType<T>> part{.query = data<T>(p_.query) + begin * query_stride + head,
                                   .query_stride = query_stride,
                                   .queries = rows_.length(row),
                                   .heads = heads,
                                   .size = size,
                                   .past_key = nullptr,
                                   .past_value = nullptr,
                                   .past_stride = key_stride,
                                   .past = before,
                                   .behind = behind,
                                   .key = key + begin * key_stride,
                                   .value = value + begin * key_stride,
                                   .key_stride = key_stride,
                                   .causal = causal_,
                                   .out = out_ + begin * query_stride + head,
                                   .out_stride = query_stride};
    if (before + behind == 0) return part;
    if (!past_.empty()) {
      part.past_key = data<T>(past_[row].key) + group * size;
      part.past_value = data<T>(past_[row].value) + group * size;
      part.past_stride = past_[row].key.stride(0);
      const auto skipped = (held(row) - behind) * part.past_stride;
      part.behind_key = part.past_key + skipped;
      part.behind_value = part.past_value + skipped;
    } else {
      const auto parent = rows_.offsets[rows_.parent(row).value()];
      part.past_key = key + parent * key_stride;
      part.past_value = value + parent * key_stride;
    }
    return part;
  }

  const Projections& p_;
  const PackedRows& rows_;
  std::span<const Past> past_;
  bool causal_;
  LoopType<T>* out_;
};

}  // namespace

void attend(const Projections& projections,
            const PackedRows& rows,
            std::span<const Past> past,
            bool causal,
            at::Tensor& out) {
  if (out.scalar_type() == at::kBFloat16) {
    Attention<c10::BFloat16>(projections, rows, past, causal, out).run();
  } else {
    Attention<float>(projections, rows, past, causal, out).run();
  }
}

}  // namespace smdm::cpu
