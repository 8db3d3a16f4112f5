/// From tokens back to text: a tokenizer file's "decoder".
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/text/json_place.hpp"

namespace smdm {

class Decoder {
 public:
  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  virtual ~Decoder() = default;

  /// Changes tokens, as the vocabulary writes them, towards the texts that they stand for.
  virtual void apply(std::vector<std::string>& tokens) const = 0;

  /// How many times longer it can make a text.
  [[nodiscard]] virtual double growth() const { return 1; }
};

/// Known are ByteLevel, ByteFallback, Replace, Strip, Fuse, Metaspace and Sequence.
/// @throws Error(checkpoint)  for any other
[[nodiscard]] std::unique_ptr<const Decoder> read_decoder(const JsonPlace& place);

/// Tokens in the alphabet of bytes.
[[nodiscard]] std::unique_ptr<const Decoder> make_byte_level_decoder();

}  // namespace smdm
