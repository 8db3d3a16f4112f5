/// The vocabulary that every layer shares: what is asked of a model, and what comes back.
/// Header-only and free of dependencies; CMake knows it as smdm::request.
#pragma once

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

/// The answer to a likelihood request.
struct Estimate {
  double nats = 0.0;  ///< log p, at most 0
  std::optional<double>
      standard_error;  ///< Monte Carlo error in nats; empty where there is none to give
  Bound bound = Bound::exact;
  std::optional<bool>
      is_greedy;            ///< would greedy decoding give the continuation; empty if not asked
  std::int64_t rows = 0;    ///< rows the model computed for it, the CFG branch included
  std::int64_t tokens = 0;  ///< tokens the model computed for it, the CFG branch included
};

/// The answer to a generation request.
struct Generation {
  std::vector<std::int64_t> output_ids;  ///< prompt included
  std::int64_t forwards = 0;  ///< model calls the document took part in; a guided pair counts once
};

/// How per-document values of a metric become one number.
enum class Aggregation : std::uint8_t {
  mean,
  perplexity,  ///< exp(-mean) of log-likelihoods in nats
};

/// A metric's name and meaning, in lm-evaluation-harness's terms.
struct MetricInfo {
  std::string name;             ///< "acc", "acc_norm", "perplexity", "exact_match"
  std::string filter = "none";  ///< the part after the comma in "acc,none"
  Aggregation aggregation = Aggregation::mean;
  bool higher_is_better = true;
};

}  // namespace smdm
