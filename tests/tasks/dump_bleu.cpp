// BLEU of texts on standard input, one JSON line each, for a comparison with sacrebleu
// (bleu_test.py):
//   in:   {"candidate", "reference"}
//   out:  {"tokens", "counts"} for each line, then {"bleu"}, the corpus's
#include <iostream>

#include "base/json.hpp"
#include "base/metrics/bleu.hpp"
#include "results/statistics/statistics.hpp"

int main() {
  using namespace smdm;
  std::vector<double> values;
  for (std::string line; std::getline(std::cin, line);) {
    const Json pair = Json::parse(line);
    const std::string candidate = pair.at("candidate");
    const auto counts = bleu_counts(candidate, pair.at("reference").get<std::string>());
    values.insert(values.end(), counts.begin(), counts.end());
    std::cout << Json{{"tokens", tokenize_13a(candidate)}, {"counts", counts}} << "\n";
  }
  std::cout << Json{{"bleu", summarize(metrics::bleu(), values).value}} << "\n";
  return 0;
}
