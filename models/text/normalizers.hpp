/// What a tokenizer's file does to a text before it is cut: its "normalizer".
#pragma once

#include <memory>
#include <string>

#include "models/text/json_place.hpp"
#include "models/text/text_place.hpp"

namespace smdm {

/// A stretch of a text between added tokens.
struct Stretch {
  std::string text;
  TextPlace place = {};
};

class Normalizer {
 public:
  Normalizer() = default;
  Normalizer(const Normalizer&) = delete;
  Normalizer& operator=(const Normalizer&) = delete;
  virtual ~Normalizer() = default;

  virtual void apply(Stretch& stretch) const = 0;

  /// How many times longer it can make a text.
  [[nodiscard]] virtual double growth() const { return 1; }
};

/// Known are NFC, Replace, Prepend, Strip and Sequence.
/// @throws Error(checkpoint)  for any other
[[nodiscard]] std::unique_ptr<const Normalizer> read_normalizer(const JsonPlace& place);

/// Unicode's normal form C.
[[nodiscard]] std::unique_ptr<const Normalizer> make_nfc();

}  // namespace smdm
