/// The token rule: which tokens may be drawn, with which probabilities, and what a policy gets to
/// know of a position. One pass over a block of logits gives both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "evaluators/generation/policies/policy.hpp"
#include "evaluators/generation/token_choice.hpp"
#include "models/language_model.hpp"

namespace smdm {

/// Tokens follow softmax(l / temperature) over the tokens that top_p and top_k leave; at
/// temperature 0 the best of these is taken. The mask is none of them.
struct TokenRule {
  double temperature = 0.0;  ///< >= 0
  /// In (0, 1]: a token stays while the mass of the surer ones is at most this; 1 keeps all.
  double top_p = 1.0;
  std::int64_t top_k = 0;  ///< the tokens that stay, with those equal to the last; 0 keeps all
  /// Whether the mask may be drawn where it is a token of the vocabulary, as the published samplers
  /// let it: its position stays hidden.
  bool keeps_mask = false;
};

/// @throws std::invalid_argument  if a number is out of its range
void check_token_rule(const TokenRule& rule);

/// Tokens that are treated apart, by id (LLaDA's options for tokens that end a text).
struct SpecialTokens {
  std::vector<std::int64_t> barred = {};    ///< never drawn, and without a share of the softmax
  std::vector<std::int64_t> unranked = {};  ///< drawn, but with confidence 0; likewise no share
};

/// Turns logits into candidates.
class TokenReader {
 public:
  /// @param tempered  whether confidences are those of the tempered distribution (Dream)
  TokenReader(TokenRule rule,
              SpecialTokens special,
              const MaskedDiffusion& diffusion,
              FactNeeds needs,
              bool tempered);

  /// Draws a token for each row, and finds what is needed of its distribution: softmax(l) over the
  /// tokens that may be drawn, in float64. A row's candidate depends on the row alone.
  /// @param logits     [n, V], any device
  /// @param positions  [n], those of the rows
  /// @throws Error(checkpoint)  if the model gives something that is not a number
  [[nodiscard]] std::vector<Candidate> draw(const at::Tensor& logits,
                                            const TokenDraws& draws,
                                            std::span<const std::size_t> positions) const;

  /// The same of given tokens in place of drawn ones: log_confidence is the logarithm of the chance
  /// that draw() draws the token, -infinity for none.
  [[nodiscard]] std::vector<Candidate> judge(const at::Tensor& logits,
                                             std::span<const std::int64_t> tokens,
                                             std::span<const std::size_t> positions) const;

 private:
  [[nodiscard]] at::Tensor allowed(const at::Tensor& logits) const;
  void find_facts(const at::Tensor& allowed,
                  const FactNeeds& needs,
                  std::span<Candidate> candidates) const;
  void add_confidences(const at::Tensor& log_p, std::span<Candidate> candidates) const;

  TokenRule rule_;
  SpecialTokens special_;
  FactNeeds needs_;
  bool tempered_;
};

}  // namespace smdm
