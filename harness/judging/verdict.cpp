#include "harness/judging/verdict.hpp"

#include <charconv>
#include <system_error>

namespace smdm::judging {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t skip_digits(std::string_view text, std::size_t from) {
  while (from < text.size() && is_digit(text[from])) ++from;
  return from;
}

/// The digits, with or without a point, that `text` begins with, if `close` stands behind them.
std::optional<std::string_view> number_before(std::string_view text, std::string_view close) {
  auto end = skip_digits(text, 0);
  if (end == 0) return std::nullopt;
  if (end < text.size() && text[end] == '.') end = skip_digits(text, end + 1);
  if (!text.substr(end).starts_with(close)) return std::nullopt;
  return text.substr(0, end);
}

std::optional<std::string_view> first_number(std::string_view text,
                                             std::string_view open,
                                             std::string_view close) {
  for (auto at = text.find(open); at != std::string_view::npos; at = text.find(open, at + 1)) {
    if (const auto number = number_before(text.substr(at + open.size()), close)) return number;
  }
  return std::nullopt;
}

}  // namespace

Verdict read_verdict(std::string_view judgment) {
  auto number = first_number(judgment, "[[", "]]");
  if (!number) number = first_number(judgment, "[", "]");
  if (!number) return {.score = {}, .reason = "wanted a score as [[n]] or [n], got none"};
  double value = 0.0;
  const auto [end, code] = std::from_chars(number->data(), number->data() + number->size(), value);
  if (code != std::errc() || value < kLowestScore || value > kHighestScore)
    return {.score = {}, .reason = "wanted a score from 1 to 10, got " + std::string(*number)};
  return {.score = value, .reason = {}};
}

}  // namespace smdm::judging
