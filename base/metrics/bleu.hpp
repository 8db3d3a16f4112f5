/// BLEU (Papineni et al. 2002, ACL P02-1040) in the two forms that results speak of: over the words
/// of a corpus, as sacrebleu computes it, and over the characters of one answer.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics/metric.hpp"

namespace smdm {

/// Longest n-gram of BLEU.
inline constexpr std::size_t kBleuOrder = 4;

/// Counts that a document contributes: the tokens of the candidate and of the reference, then for
/// n = 1..4 the n-grams of the candidate found in the reference, then all its n-grams.
inline constexpr std::size_t kBleuCounts = 2 + 2 * kBleuOrder;

/// The tokens of NIST's mteval-v13a, which sacrebleu calls "13a": white space at the end is
/// ignored, <skipped> and hyphens at line ends are taken out, four entities resolved, symbols stand
/// alone, and so do points and commas without a digit on either side and hyphens after a digit.
[[nodiscard]] std::vector<std::string> tokenize_13a(std::string_view text);

/// What a document contributes to the BLEU of a corpus, with 13a tokens and upper and lower case
/// kept (sacrebleu's signature case:mixed|tok:13a).
/// @return [kBleuCounts] whole numbers
[[nodiscard]] std::vector<double> bleu_counts(std::string_view candidate,
                                              std::string_view reference);

/// BLEU of a corpus, 0 to 100, from the sums of bleu_counts() over its documents, as sacrebleu
/// 2.6.0 defines it by default: exponential smoothing of n-grams that are never found, 0 if no word
/// is found or no document has four.
/// @throws std::invalid_argument  if the number of counts is another
[[nodiscard]] double corpus_bleu(std::span<const double> counts);

/// BLEU, 0 to 1, over the code points of two texts (spaces count), n-grams of 1 to 4 with equal
/// weights, without smoothing: 0 if no character is shared; where longer n-grams are missing, the
/// smallest normal double stands for their precision, so that the value is tiny and not 0. It is
/// what NLTK 3.8.1's sentence_bleu makes of plain strings.
[[nodiscard]] double character_bleu(std::string_view candidate, std::string_view reference);

namespace metrics {

/// corpus_bleu() of the counts of all documents.
[[nodiscard]] Metric bleu();

/// The mean of character_bleu() over documents.
[[nodiscard]] Metric character_bleu();

}  // namespace metrics
}  // namespace smdm
