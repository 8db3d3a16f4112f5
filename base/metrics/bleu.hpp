/// BLEU (Papineni et al. 2002, ACL P02-1040) in the two forms that results speak of: over the words
/// of a corpus, as sacrebleu computes it, and over the characters of one answer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/request.hpp"

namespace smdm {

/// The tokens of NIST's mteval-v13a, which sacrebleu calls "13a": white space at the end is
/// ignored, <skipped> and hyphens at line ends are taken out, four entities resolved, symbols stand
/// alone, and so do points and commas without a digit on either side and hyphens after a digit.
[[nodiscard]] std::vector<std::string> tokenize_13a(std::string_view text);

/// What a document contributes to Aggregation::bleu, with 13a tokens and upper and lower case kept
/// (sacrebleu's signature case:mixed|tok:13a).
/// @return values_per_document(Aggregation::bleu) whole numbers
[[nodiscard]] std::vector<double> bleu_counts(std::string_view candidate,
                                              std::string_view reference);

/// BLEU, 0 to 1, over the code points of two texts (spaces count), n-grams of 1 to 4 with equal
/// weights, without smoothing: 0 if no character is shared; where longer n-grams are missing, the
/// smallest normal double stands for their precision, so that the value is tiny and not 0. It is
/// what NLTK 3.8.1's sentence_bleu makes of plain strings.
[[nodiscard]] double character_bleu(std::string_view candidate, std::string_view reference);

}  // namespace smdm
