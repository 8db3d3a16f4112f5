/// A policy says which hidden positions of one document a step reveals; which tokens they get is
/// the token rule's business (tokens.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "evaluators/generation/samplers.hpp"
#include "evaluators/generation/token_choice.hpp"

namespace smdm {

/// What a policy wants to know of a position besides its drawn token.
struct FactNeeds {
  bool confidence = false;  ///< Candidate::log_confidence
  bool spread = false;      ///< Candidate::entropy, best and second
  double log_offset = 0.0;  ///< entropy is -sum p ln(p + this)
};

/// Where the chance of a policy comes from; of one document.
struct PositionDraws {
  std::function<float(std::int64_t step, std::size_t position)> uniform;       ///< in [0, 1)
  std::function<double(std::int64_t step, std::size_t position)> exponential;  ///< of mean 1
};

/// What one step asks the model.
struct PolicyStep {
  std::int64_t number = 0;          ///< names the step's draws; steps without work are counted
  std::vector<std::size_t> wanted;  ///< positions whose logits are needed, increasing, not empty
};

/// The policy of one document. Calls alternate: next(), then choose() with what next() wanted.
class Policy {
 public:
  Policy() = default;
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;
  virtual ~Policy() = default;

  [[nodiscard]] virtual FactNeeds needs() const = 0;

  /// The next step that reveals something, or nothing: there is none any more.
  /// @param hidden  positions that are hidden now, increasing
  virtual std::optional<PolicyStep> next(std::span<const std::size_t> hidden) = 0;

  /// Which of the candidates are revealed, as indices; at least one.
  /// @param candidates  one for each position wanted, in their order
  virtual std::vector<std::size_t> choose(std::span<const Candidate> candidates) = 0;
};

/// @param hidden  the document's positions that are hidden at its start, increasing
using MakePolicy = std::unique_ptr<Policy> (*)(const PolicyConfig& config,
                                               std::span<const std::size_t> hidden,
                                               const PositionDraws& draws);

/// The policy that a config names, for one document.
/// @param config  that check_policy() accepts
[[nodiscard]] std::unique_ptr<Policy> make_policy(const PolicyConfig& config,
                                                  std::span<const std::size_t> hidden,
                                                  const PositionDraws& draws);

/// The indices of the `count` largest scores, largest first; of equal ones the earlier. All, if
/// they are fewer.
[[nodiscard]] std::vector<std::size_t> top_ranked(std::span<const double> scores,
                                                  std::size_t count);

/// The numbers 0 .. count - 1.
[[nodiscard]] std::vector<std::size_t> all_indices(std::size_t count);

}  // namespace smdm
