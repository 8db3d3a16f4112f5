// No tokenizer of a judge is at hand: counts are estimates, and the text says so.
#include "harness/judging/cost.hpp"

#include <algorithm>
#include <cmath>

#include "base/text/numbers.hpp"

namespace smdm::judging {
namespace {

enum class Kind : std::uint8_t { letter, digit, space, foreign, sign };

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

Kind kind_of(char c) {
  if (is_letter(c)) return Kind::letter;
  if (c >= '0' && c <= '9') return Kind::digit;
  if (c == ' ' || c == '\n' || c == '\t' || c == '\r') return Kind::space;
  return (static_cast<unsigned char>(c) & 0x80U) != 0 ? Kind::foreign : Kind::sign;
}

std::int64_t rounded_up(std::size_t count, std::size_t divisor) {
  return static_cast<std::int64_t>((count + divisor - 1) / divisor);
}

/// Tokens of characters of one kind in a row.
std::int64_t tokens_of(std::string_view run) {
  constexpr std::size_t kWord = 10, kMore = 6, kSigns = 2, kBytes = 3;
  switch (kind_of(run.front())) {
    case Kind::letter:
      return run.size() <= kWord ? 1 : 1 + rounded_up(run.size() - kWord, kMore);
    case Kind::digit:
      return static_cast<std::int64_t>(run.size());
    case Kind::space:
      return run == " " ? 0 : 1;  // a single one is part of the word behind it
    case Kind::foreign:
      return rounded_up(run.size(), kBytes);
    case Kind::sign:
      return rounded_up(run.size(), kSigns);
  }
  return 0;
}

/// Roles, and what stands between two messages.
constexpr std::int64_t kAroundMessages = 11;

/// Where no judgment says how long replies are: a few sentences.
constexpr double kAssumed = 250.0;

double mean_reply(std::span<const std::optional<Judgment>> there, std::size_t& measured) {
  double sum = 0.0;
  for (const auto& judgment : there) {
    if (!judgment || judgment->text.empty()) continue;
    sum +=
        static_cast<double>(judgment->completion_tokens.value_or(estimated_tokens(judgment->text)));
    ++measured;
  }
  return measured == 0 ? kAssumed : sum / static_cast<double>(measured);
}

std::optional<double> money_of(std::int64_t in, std::int64_t out, const JudgeSettings& settings) {
  constexpr double kMillion = 1e6;
  if (!settings.price_in || !settings.price_out) return std::nullopt;
  return (static_cast<double>(in) * *settings.price_in +
          static_cast<double>(out) * *settings.price_out) /
         kMillion;
}

}  // namespace

std::int64_t estimated_tokens(std::string_view text) {
  std::int64_t tokens = 0;
  std::size_t begin = 0;
  while (begin < text.size()) {
    auto end = begin + 1;
    while (end < text.size() && kind_of(text[end]) == kind_of(text[begin])) ++end;
    tokens += tokens_of(text.substr(begin, end - begin));
    begin = end;
  }
  return tokens;
}

Cost cost_of(const Plan& plan,
             std::span<const std::size_t> wanted,
             std::span<const std::optional<Judgment>> there,
             const JudgeSettings& settings) {
  Cost cost{.judgments = wanted.size()};
  for (const auto place : wanted) {
    const auto& asked = plan.asked[place];
    cost.tokens_in +=
        estimated_tokens(asked.system) + estimated_tokens(asked.user) + kAroundMessages;
  }
  const auto count = static_cast<std::int64_t>(wanted.size());
  cost.most_tokens_out = count * settings.max_tokens;
  const auto expected = std::llround(mean_reply(there, cost.measured) * static_cast<double>(count));
  cost.tokens_out = std::min<std::int64_t>(expected, cost.most_tokens_out);
  cost.money = money_of(cost.tokens_in, cost.tokens_out, settings);
  cost.most_money = money_of(cost.tokens_in, cost.most_tokens_out, settings);
  return cost;
}

std::string cost_text(const Cost& cost) {
  const auto number = [](std::int64_t value) { return std::to_string(value); };
  const auto count = static_cast<double>(std::max<std::size_t>(cost.judgments, 1));
  const auto each = fixed_text(static_cast<double>(cost.tokens_out) / count, 0);
  std::string text =
      std::to_string(cost.judgments) + " judgments to be asked for\n" + "about " +
      number(cost.tokens_in) +
      " tokens in (estimated from the texts, without the judge's tokenizer)\n" + "about " +
      number(cost.tokens_out) + " tokens out (" + each + " a reply, " +
      (cost.measured == 0 ? "assumed"
                          : "the mean of " + std::to_string(cost.measured) + " that are there") +
      "), at most " + number(cost.most_tokens_out) + "\n";
  if (cost.money && cost.most_money)
    text += "about " + fixed_text(*cost.money, 2) + " in money, at most " +
            fixed_text(*cost.most_money, 2) + ", without retries\n";
  return text;
}

Json cost_json(const Cost& cost) {
  const auto or_null = [](const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
  };
  return {{"judgments", cost.judgments},           {"tokens_in", cost.tokens_in},
          {"tokens_out", cost.tokens_out},         {"most_tokens_out", cost.most_tokens_out},
          {"replies_measured", cost.measured},     {"money", or_null(cost.money)},
          {"most_money", or_null(cost.most_money)}};
}

}  // namespace smdm::judging
