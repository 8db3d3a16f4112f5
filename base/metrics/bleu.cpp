// BLEU: the tokens of mteval-v13a, n-grams that a text shares with its reference, and the two
// values that follow from counting them.
#include "base/metrics/bleu.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <stdexcept>
#include <string>

#include "base/text/unicode.hpp"

namespace smdm {
namespace {

std::string without(std::string text, std::string_view part, std::string_view instead = "") {
  for (std::size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + instead.size())) {
    text.replace(at, part.size(), instead);
  }
  return text;
}

bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';  // not those of other scripts
}

bool is_point(char32_t c) {
  return c == U'.' || c == U',';
}

/// ASCII punctuation but for apostrophe, comma, hyphen and point; and the space.
bool is_symbol(char32_t c) {
  constexpr std::u32string_view kSymbols = U" !\"#$%&()*+/:;<=>?@[\\]^_`{|}~";
  return kSymbols.find(c) != std::u32string_view::npos;
}

/// Puts a space around every character that `stands_alone`.
template <typename Predicate>
std::u32string set_apart(std::u32string_view text, Predicate stands_alone) {
  std::u32string out;
  for (const char32_t c : text) {
    if (stands_alone(c)) {
      out.append({U' ', c, U' '});
    } else {
      out += c;
    }
  }
  return out;
}

/// Writes `spaced(first, second)` for every pair of neighbours that `is_pair`, from the left; pairs
/// do not overlap.
template <typename Predicate, typename Spaced>
std::u32string replace_pairs(std::u32string_view text, Predicate is_pair, Spaced spaced) {
  std::u32string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at + 1 < text.size() && is_pair(text[at], text[at + 1])) {
      out += spaced(text[at], text[at + 1]);
      ++at;
    } else {
      out += text[at];
    }
  }
  return out;
}

std::vector<std::string> split(std::u32string_view text) {
  std::vector<std::string> words;
  auto at = text.begin();
  while (true) {
    at = std::find_if_not(at, text.end(), unicode::is_space);
    if (at == text.end()) return words;
    const auto end = std::find_if(at, text.end(), unicode::is_space);
    words.push_back(unicode::encode({at, end}));
    at = end;
  }
}

template <typename Item>
std::map<std::vector<Item>, std::int64_t> ngrams(std::span<const Item> items, std::size_t n) {
  std::map<std::vector<Item>, std::int64_t> counts;
  for (std::size_t at = 0; at + n <= items.size(); ++at) {
    const auto ngram = items.subspan(at, n);
    ++counts[{ngram.begin(), ngram.end()}];
  }
  return counts;
}

/// n-grams of the candidate that the reference has, each at most as often as there.
template <typename Item>
std::int64_t matches(std::span<const Item> candidate,
                     std::span<const Item> reference,
                     std::size_t n) {
  const auto wanted = ngrams(reference, n);
  std::int64_t sum = 0;
  for (const auto& [ngram, count] : ngrams(candidate, n)) {
    const auto found = wanted.find(ngram);
    if (found != wanted.end()) sum += std::min(count, found->second);
  }
  return sum;
}

std::size_t ngrams_in(std::size_t items, std::size_t n) {
  return items < n ? 0 : items - n + 1;
}

}  // namespace

std::vector<std::string> tokenize_13a(std::string_view text) {
  std::string line = unicode::strip_right(text);
  line = without(without(line, "<skipped>"), "-\n");
  std::replace(line.begin(), line.end(), '\n', ' ');
  line = without(without(line, "&quot;", "\""), "&amp;", "&");
  line = without(without(line, "&lt;", "<"), "&gt;", ">");
  std::u32string spaced = set_apart(U' ' + unicode::decode(line) + U' ', is_symbol);
  spaced = replace_pairs(
      spaced, [](char32_t a, char32_t b) { return !is_digit(a) && is_point(b); },
      [](char32_t a, char32_t b) { return std::u32string{a, U' ', b, U' '}; });
  spaced = replace_pairs(
      spaced, [](char32_t a, char32_t b) { return is_point(a) && !is_digit(b); },
      [](char32_t a, char32_t b) { return std::u32string{U' ', a, U' ', b}; });
  spaced = replace_pairs(
      spaced, [](char32_t a, char32_t b) { return is_digit(a) && b == U'-'; },
      [](char32_t a, char32_t b) { return std::u32string{a, U' ', b, U' '}; });
  return split(spaced);
}

std::vector<double> bleu_counts(std::string_view candidate, std::string_view reference) {
  const std::vector<std::string> written = tokenize_13a(candidate);
  const std::vector<std::string> wanted = tokenize_13a(reference);
  std::vector<double> counts{static_cast<double>(written.size()),
                             static_cast<double>(wanted.size())};
  for (std::size_t n = 1; n <= kBleuOrder; ++n) {
    counts.push_back(static_cast<double>(
        matches(std::span<const std::string>(written), std::span<const std::string>(wanted), n)));
  }
  for (std::size_t n = 1; n <= kBleuOrder; ++n) {
    counts.push_back(static_cast<double>(ngrams_in(written.size(), n)));
  }
  return counts;
}

double character_bleu(std::string_view candidate, std::string_view reference) {
  const std::u32string written = unicode::decode(candidate);
  const std::u32string wanted = unicode::decode(reference);
  double logs = 0.0;
  for (std::size_t n = 1; n <= kBleuOrder; ++n) {
    const auto found =
        matches(std::span<const char32_t>(written), std::span<const char32_t>(wanted), n);
    if (n == 1 && found == 0) return 0.0;
    const auto all = std::max<std::size_t>(1, ngrams_in(written.size(), n));
    logs += std::log(found == 0 ? std::numeric_limits<double>::min()
                                : static_cast<double>(found) / static_cast<double>(all));
  }
  const double ratio = static_cast<double>(wanted.size()) / static_cast<double>(written.size());
  const double brevity = written.size() > wanted.size() ? 1.0 : std::exp(1.0 - ratio);
  return brevity * std::exp(logs / static_cast<double>(kBleuOrder));
}

double corpus_bleu(std::span<const double> counts) {
  if (counts.size() != kBleuCounts) {
    throw std::invalid_argument("corpus_bleu: wanted " + std::to_string(kBleuCounts) +
                                " counts, got " + std::to_string(counts.size()));
  }
  const double written = counts[0];
  const double wanted = counts[1];
  const auto found = counts.subspan(2, kBleuOrder);
  const auto all = counts.subspan(2 + kBleuOrder, kBleuOrder);
  if (found[0] == 0.0 || all[kBleuOrder - 1] == 0.0) return 0.0;
  double logs = 0.0;
  double smoothed = 1.0;
  for (std::size_t n = 0; n < kBleuOrder; ++n) {
    if (found[n] == 0.0) smoothed *= 2.0;
    logs += std::log(100.0 * (found[n] == 0.0 ? 1.0 / smoothed : found[n]) / all[n]);
  }
  const double brevity = written < wanted ? std::exp(1.0 - wanted / written) : 1.0;
  return brevity * std::exp(logs / static_cast<double>(kBleuOrder));
}

namespace metrics {
namespace {

/// A text of n can cost the corpus 100 / n points.
double tolerance(double /*value*/, std::size_t documents, const Rounding& rounding) {
  constexpr double kPoints = 100.0;
  return kPoints * rounding.turned / static_cast<double>(documents);
}

}  // namespace

Metric bleu() {
  return {.name = "bleu",
          .aggregation = "bleu",
          .highest = 100.0,
          .width = kBleuCounts,
          .document = DocumentValue::counts,
          .is_mean = false,
          .of_sums = [](std::span<const double> sums,
                        double /*documents*/) { return corpus_bleu(sums); },
          .error_of_sums = nullptr,  // texts are not drawn again
          .tolerance = tolerance};
}

Metric character_bleu() {
  return {.name = "bleu_char"};
}

}  // namespace metrics
}  // namespace smdm
