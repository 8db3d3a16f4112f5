/// The vocabulary that every layer shares: what is asked of a model, and what comes back.
/// Header-only and free of dependencies; CMake knows it as smdm::request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smdm {

/// What a number of nats says about log p(continuation | context).
enum class Bound : std::uint8_t {
  exact,       ///< the log-probability itself (an autoregressive model)
  lower,       ///< an evidence lower bound, or an unbiased estimate of one
  chain_rule,  ///< a masked diffusion model read left to right: neither of the two
};

/// The name of a bound in every file we write.
[[nodiscard]] constexpr const char* to_string(Bound bound) noexcept {
  switch (bound) {
    case Bound::exact:
      return "exact";
    case Bound::lower:
      return "lower";
    case Bound::chain_rule:
      return "chain_rule";
  }
  return "";
}

/// A likelihood request in text: score `continuation` given `context`.
struct Request {
  std::string context;
  std::string continuation;
};

/// What a frozen prompt did for an estimate: many cheap rows over it, corrected by a few full ones.
struct PromptReuseRecord {
  std::int64_t cheap_rows = 0;             ///< those that are paired with full rows included
  std::int64_t full_rows = 0;              ///< behind the correction
  std::optional<double> cheap_error;       ///< standard error of the cheap part, nats
  std::optional<double> correction_error;  ///< that of the correction; independent of the other
};

/// The answer to a likelihood request.
struct Estimate {
  double nats = 0.0;  ///< log p, at most 0
  std::optional<double>
      standard_error;  ///< Monte Carlo error in nats; empty where there is none to give
  Bound bound = Bound::exact;
  std::optional<bool>
      is_greedy;               ///< would greedy decoding give the continuation; empty if not asked
  std::int64_t rows = 0;       ///< rows the model computed for it, the CFG branch included
  std::int64_t tokens = 0;     ///< tokens the model computed for it, the CFG branch included
  bool enumerated = false;     ///< the bound itself, over every subset of the target
  bool target_missed = false;  ///< rows ended before the standard error was as small as asked
  bool stopped = false;     ///< a race ended its rows early: fit for a verdict, biased as a value
  bool eliminated = false;  ///< a race ruled it out as an answer, under every metric
  std::vector<std::string> eliminated_from = {};  ///< the metrics under which a race did so
  std::optional<PromptReuseRecord> prompt_reuse = {};
  /// Independent parts that add up to -nats, each as estimates of independent folds whose mean it
  /// is; empty where nothing is random or nothing is known. Fold k of requests with one context is
  /// drawn alike, so errors of differences can be told.
  std::vector<std::vector<double>> folds = {};
};

/// The answer to a generation request.
struct Generation {
  std::vector<std::int64_t> output_ids;  ///< prompt included
  std::int64_t forwards = 0;  ///< model calls the document took part in; a guided pair counts once
};

/// How per-document values of a metric become one number.
enum class Aggregation : std::uint8_t {
  mean,
  perplexity,           ///< exp(-mean) of log-likelihoods in nats
  bleu,                 ///< corpus BLEU, 0 to 100, of the counts below added over documents
  weighted_perplexity,  ///< exp(-nats / tokens), both added over documents
  bits_per_byte,        ///< -nats / bytes / ln 2, both added over documents
};

/// The name of an aggregation in every file we write.
[[nodiscard]] constexpr const char* to_string(Aggregation aggregation) noexcept {
  switch (aggregation) {
    case Aggregation::mean:
      return "mean";
    case Aggregation::perplexity:
      return "perplexity";
    case Aggregation::bleu:
      return "bleu";
    case Aggregation::weighted_perplexity:
      return "weighted_perplexity";
    case Aggregation::bits_per_byte:
      return "bits_per_byte";
  }
  return "";
}

/// Longest n-gram of BLEU.
inline constexpr std::size_t kBleuOrder = 4;

/// How many numbers each document contributes: one, or for a metric of the whole corpus the counts
/// that are added over documents. BLEU's are the tokens of the candidate and of the reference, then
/// for n = 1..4 the n-grams of the candidate found in the reference, then all its n-grams. Those of
/// the weighted ones are the log-likelihood in nats and its tokens or bytes.
[[nodiscard]] constexpr std::size_t values_per_document(Aggregation aggregation) noexcept {
  switch (aggregation) {
    case Aggregation::bleu:
      return 2 + 2 * kBleuOrder;
    case Aggregation::weighted_perplexity:
    case Aggregation::bits_per_byte:
      return 2;
    case Aggregation::mean:
    case Aggregation::perplexity:
      break;
  }
  return 1;
}

/// A metric's name and meaning, in lm-evaluation-harness's terms.
struct MetricInfo {
  std::string name;             ///< "acc", "acc_norm", "perplexity", "exact_match", "bleu"
  std::string filter = "none";  ///< the part after the comma in "acc,none"
  Aggregation aggregation = Aggregation::mean;
  bool higher_is_better = true;
};

}  // namespace smdm
