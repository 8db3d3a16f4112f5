// The rules for what an endpoint may do. Statuses are those of RFC 9110 and RFC 6585.
#include "harness/judging/reply.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

#include "harness/judging/chat.hpp"

namespace smdm::judging {
namespace {

constexpr long kRequestTimeout = 408;
constexpr long kConflict = 409;
constexpr long kTooEarly = 425;
constexpr long kTooManyRequests = 429;

/// Refused for what the request says, not for who asks: another request may pass.
constexpr std::array<long, 4> kOfTheRequest = {400, 413, 415, 422};

bool may_pass_later(long status) {
  return status == kRequestTimeout || status == kConflict || status == kTooEarly ||
         status == kTooManyRequests || status >= 500;
}

Outcome of_failure(const HttpReply& reply, bool connected) {
  const auto say = [&](Action action, const std::string& what) {
    return Outcome{.action = action, .reason = what + ": " + reply.error};
  };
  switch (reply.failure) {
    case Failure::none:
    case Failure::connection:
      return say(Action::try_again, "no connection");
    case Failure::timeout:
      return say(Action::try_again, "timed out");
    case Failure::stalled:
      return say(Action::try_again, "stalled");
    case Failure::cut_off:
      return say(Action::try_again, "half a reply");
    case Failure::too_large:
      return say(Action::give_up, "too large a reply");
    case Failure::certificate:
      return say(Action::stop, "the server's certificate is refused");
    case Failure::tls:
      return say(connected ? Action::try_again : Action::stop, "no encrypted connection");
  }
  return say(Action::stop, "failed");
}

Action action_of(long status) {
  if (status >= 200 && status < 300) return Action::read;
  if (may_pass_later(status)) return Action::try_again;
  return std::ranges::count(kOfTheRequest, status) > 0 ? Action::give_up : Action::stop;
}

bool is_whole(const std::string& text) {
  constexpr std::size_t kMostDigits = 9;
  return !text.empty() && text.size() <= kMostDigits &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Outcome outcome_of(const HttpReply& reply, double now, bool connected) {
  if (reply.failure != Failure::none) return of_failure(reply, connected);
  Outcome outcome{.action = action_of(reply.status), .reason = {}};
  if (outcome.action == Action::read) return outcome;
  outcome.reason = "HTTP " + std::to_string(reply.status) + ": " + error_message(reply.body);
  if (outcome.action == Action::try_again && reply.retry_after)
    outcome.wait = seconds_of_retry_after(*reply.retry_after, reply.date, now);
  return outcome;
}

std::optional<double> http_date(const std::string& text) {
  constexpr std::array<const char*, 3> kForms = {
      "%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"};
  for (const char* form : kForms) {
    std::tm parts{};
    const char* const end = ::strptime(text.c_str(), form, &parts);
    if (end != nullptr && *end == '\0') return static_cast<double>(::timegm(&parts));
  }
  return std::nullopt;
}

std::optional<double> seconds_of_retry_after(const std::string& value,
                                             const std::optional<std::string>& date,
                                             double now) {
  if (is_whole(value)) return std::stod(value);
  const auto until = http_date(value);
  if (!until) return std::nullopt;
  const auto from = date ? http_date(*date) : std::nullopt;
  return std::max(0.0, *until - from.value_or(now));
}

double back_off(double first, int tries, double random) {
  const double wait = std::min(kLongestBackOff, first * std::exp2(std::min(tries - 1, 60)));
  return wait * (1.0 + random) / 2.0;
}

}  // namespace smdm::judging
