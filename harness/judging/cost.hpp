/// What judging would take: tokens and money, before anything is asked.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "harness/judging/plan.hpp"
#include "harness/judging/settings.hpp"
#include "harness/judging/store.hpp"

namespace smdm::judging {

/// About how many tokens a text has for a byte-pair tokenizer with a large vocabulary: one for a
/// word of up to 10 letters and one more for each 6 behind them, one for each digit, for two signs
/// of punctuation in a row, for three bytes of other scripts, and for white space that is more than
/// one space. Questions and answers of MT-Bench come out within 5 % of Qwen3's tokenizer in every
/// category, where a quarter of the characters is off by 31 %.
[[nodiscard]] std::int64_t estimated_tokens(std::string_view text);

struct Cost {
  std::size_t judgments = 0;  ///< to be asked for
  std::int64_t tokens_in = 0;
  std::int64_t tokens_out = 0;       ///< expected
  std::int64_t most_tokens_out = 0;  ///< all replies as long as --max-tokens lets them be
  std::size_t measured = 0;  ///< replies that the expectation is the mean of; 0: it is assumed
  std::optional<double> money = {};
  std::optional<double> most_money = {};
};

/// @param wanted  places in the plan that would be asked about
/// @param there   judgments of the output: their replies say how long replies are
[[nodiscard]] Cost cost_of(const Plan& plan,
                           std::span<const std::size_t> wanted,
                           std::span<const std::optional<Judgment>> there,
                           const JudgeSettings& settings);

[[nodiscard]] std::string cost_text(const Cost& cost);
[[nodiscard]] Json cost_json(const Cost& cost);

}  // namespace smdm::judging
