/// A SentencePiece model in which every word of a corpus is one piece.
#pragma once

#include <span>
#include <stdexcept>
#include <string>

namespace smdm::microworld {

class MicroworldError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Trains a SentencePiece model with the library's own trainer, on one thread: equal bytes for
/// equal texts.
///
/// Words, punctuation marks and digits are pieces of their own; a line end is one, and so is the
/// space before a digit. Ids 0, 1 and 2 are the unknown piece, BOS and EOS.
/// @return the model file's bytes
/// @throws MicroworldError  if the trainer fails, or a word of the texts is not one piece
[[nodiscard]] std::string train_vocabulary(std::span<const std::string> texts);

}  // namespace smdm::microworld
