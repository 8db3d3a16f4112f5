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
  sampler,     ///< the log-probability itself, but of what one sampler writes (DUEL)
  score,       ///< a number that ranks continuations and is the likelihood of none
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
    case Bound::sampler:
      return "sampler";
    case Bound::score:
      return "score";
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
  /// Independent groups of rows behind either error; empty where there is none to give, where every
  /// subset was computed, and in records of older versions.
  std::optional<std::int64_t> cheap_folds = {};
  std::optional<std::int64_t> correction_folds = {};
};

/// Log-likelihoods of one target, in nats, from all subsets of its tokens: see
/// evaluators/subsets/lattice.hpp.
struct OrderValues {
  /// Of the any-order model, which reveals one token at a time in a uniformly random order: the
  /// likelihood itself. At least the bound.
  double any_order = 0.0;
  double elbo = 0.0;       ///< the bound: the mean of the log-likelihoods of all orders
  double orders_sd = 0.0;  ///< their standard deviation
  // The best and the worst order: chosen by looking at the target, so that neither is a likelihood.
  double oracle_best = 0.0;
  double oracle_worst = 0.0;
  // Of samplers that draw one token at a time, in an order that their policy chooses (DUEL).
  double left_to_right = 0.0;
  std::optional<double> confidence;  ///< the surest position first; empty where that is not known
  std::optional<double> margin;      ///< that with the widest gap between its two best tokens
  std::optional<double> entropy;     ///< that with the lowest entropy
};

/// Log-likelihoods of one target, in nats, from random orders of revealing: see
/// evaluators/subsets/orders.hpp. The ends are bounds of the any-order likelihood in expectation,
/// for means over requests; they are no interval of a single one.
struct OrderBounds {
  std::int64_t orders = 0;  ///< that were taken
  /// Orders that would say as much if all were equally likely, (sum p)^2 / sum p^2.
  double effective = 0.0;
  double low = 0.0;                       ///< the logarithm of the mean over orders
  std::optional<double> low_error = {};   ///< its standard error, by the jackknife over pairs
  double high = 0.0;                      ///< the tangent of the logarithm, by halves
  std::optional<double> high_error = {};  ///< empty where the effective number is below 4
  std::int64_t pilot = 0;                 ///< further orders that said how many to take
};

/// The answer to a likelihood request.
struct Estimate {
  /// log p, or an estimate of a bound on it. What is exact is at most 0, and so is any mean of
  /// losses; unbiased estimates with control variates (`balanced`, also over frozen prompts and in
  /// races) may lie above 0 by chance, by nats where rows are few. They are never clipped: that
  /// would bias them.
  double nats = 0.0;
  std::optional<double>
      standard_error;  ///< Monte Carlo error in nats; empty where there is none to give
  /// Independent groups of rows that the standard error comes from: folds, rounds or rows, of
  /// several parts the fewest. It has one degree of freedom less: a 95 % interval is nats +-
  /// t(0.975, fold_count - 1) * standard_error. Empty where there is no standard error, where
  /// nothing is random, and where an older version recorded the estimate.
  std::optional<std::int64_t> fold_count = {};
  Bound bound = Bound::exact;
  std::optional<bool>
      is_greedy;               ///< would greedy decoding give the continuation; empty if not asked
  std::int64_t rows = 0;       ///< rows the model computed for it, the CFG branch included
  std::int64_t tokens = 0;     ///< tokens the model computed for it, the CFG branch included
  bool enumerated = false;     ///< the bound itself, over every subset of the target
  bool target_missed = false;  ///< rows ended before the standard error was as small as asked
  bool stopped = false;  ///< what a race's rows showed ended them: for verdicts, biased as a value
  bool eliminated = false;  ///< a race ruled it out as an answer, under every metric
  std::vector<std::string> eliminated_from = {};  ///< the metrics under which a race did so
  std::optional<PromptReuseRecord> prompt_reuse = {};
  /// Independent parts that add up to -nats, each as estimates of independent folds whose mean it
  /// is; empty where nothing is random or nothing is known. Fold k of requests with one context is
  /// drawn alike, so that errors of differences are known.
  std::vector<std::vector<double>> folds = {};
  /// Where every subset was computed in full rows.
  std::optional<OrderValues> values = {};
  /// Where random orders were.
  std::optional<OrderBounds> orders = {};
};

/// The answer to a generation request.
struct Generation {
  std::vector<std::int64_t> output_ids;  ///< prompt included
  std::int64_t forwards = 0;  ///< model calls the document took part in; a guided pair counts once
  std::int64_t rows = 0;      ///< rows of these calls, the CFG branch included
  std::int64_t tokens = 0;    ///< tokens of these rows, likewise
  std::int64_t new_tokens = 0;  ///< of the answer, before the first that ends a text
};

}  // namespace smdm
