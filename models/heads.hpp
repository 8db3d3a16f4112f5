/// Queries, keys and values of attention: cut out of what linear layers give, normalised and
/// rotated.
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace smdm {

/// The shape of one attention layer's heads.
struct HeadShape {
  std::int64_t heads = 0;            ///< H, query heads
  std::int64_t groups = 0;           ///< G, key/value heads
  std::int64_t head_size = 0;        ///< hs
  std::int64_t rotary_elements = 0;  ///< the first so many dimensions of a head rotate, in halves
};

struct Projections {
  at::Tensor query;  ///< [N, H, hs], rotated
  at::Tensor key;    ///< [N, G, hs], rotated
  at::Tensor value;  ///< [N, G, hs]
};

/// Queries, keys and values as linear layers give them: views of what is theirs, elements of a head
/// next to each other.
struct Heads {
  at::Tensor query;  ///< [N, G, H / G, hs]
  at::Tensor key;    ///< [N, G, hs]
  at::Tensor value;  ///< [N, G, hs]
};

/// @param qkv  [N, (H + 2 G) hs]: per group its query heads, then its key, then its value
[[nodiscard]] Heads heads_by_group(const at::Tensor& qkv, const HeadShape& shape);

/// @param qkv  [N, (H + 2 G) hs]: all queries, then all keys, then all values
[[nodiscard]] Heads heads_in_turn(const at::Tensor& qkv, const HeadShape& shape);

/// @param q    [N, H hs]
/// @param k,v  [N, G hs]
[[nodiscard]] Heads heads_apart(const at::Tensor& q,
                                const at::Tensor& k,
                                const at::Tensor& v,
                                const HeadShape& shape);

/// What happens to queries and keys before they meet.
struct Rotation {
  at::Tensor cosine;  ///< float32 [N, rotary_elements / 2], of each row's position; likewise `sine`
  at::Tensor sine;
  bool round_products = false;  ///< of bfloat16 heads each product is rounded before it is added
  at::Tensor query_norm;        ///< float32 [hs]: rms_norm() of each head before; or undefined
  at::Tensor key_norm;
  double eps = 0.0;  ///< of these norms
};

/// Rotates queries and keys. @return  new tensors (values may be the ones given)
[[nodiscard]] Projections rotate(const Heads& heads,
                                 const Rotation& rotation,
                                 const HeadShape& shape);

}  // namespace smdm
