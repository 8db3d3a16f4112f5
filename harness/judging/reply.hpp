/// What becomes of one request to an endpoint, and what is to be done about it. Nothing here asks
/// the clock or the network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace smdm::judging {

/// How a request failed before there was a whole reply.
enum class Failure : std::uint8_t {
  none,         ///< it did not
  connection,   ///< no connection, or it broke
  timeout,      ///< the whole took too long
  stalled,      ///< the reply began, and then nothing came
  cut_off,      ///< half a body
  too_large,    ///< more than a reply of a judge can be
  certificate,  ///< of the server: expired, of another host, of an unknown authority
  tls,          ///< no encrypted connection came about
};

/// A reply, or its failure.
struct HttpReply {
  std::size_t request = 0;  ///< as it was given to HttpClient::start()
  Failure failure = Failure::none;
  std::string error;  ///< of a failure, in the library's words
  long status = 0;    ///< HTTP status, where one came
  std::string body;
  std::optional<std::string> retry_after;  ///< the header's value
  std::optional<std::string> date;         ///< likewise: the server's clock
  std::optional<std::string> location;     ///< likewise: of a redirect
};

/// What is to be done.
enum class Action : std::uint8_t {
  read,       ///< the body is to be read
  try_again,  ///< another try may go better
  give_up,    ///< this request will never go better; others may
  stop,       ///< no request will
};

struct Outcome {
  Action action = Action::read;
  std::string reason;  ///< but for read: one line
  /// Seconds that the server asks to wait, before anything else is asked.
  std::optional<double> wait = {};
};

/// Certificates, keys that are refused, addresses that are not there and redirects stop everything;
/// what overloaded servers and bad connections do is tried again.
/// @param now         seconds since 1970, for a Retry-After that is a date
/// @param connected   whether any request has been replied to: then an encrypted connection that
///                    does not come about is bad luck, else a wrong address
[[nodiscard]] Outcome outcome_of(const HttpReply& reply, double now, bool connected);

/// Seconds to wait by a header Retry-After (RFC 9110, section 10.2.3): a whole number of seconds,
/// or a date, from which the server's own date is taken off where it says it. Never negative;
/// nothing for what is neither.
/// @param now  seconds since 1970
[[nodiscard]] std::optional<double> seconds_of_retry_after(const std::string& value,
                                                           const std::optional<std::string>& date,
                                                           double now);

/// Seconds since 1970 of a date in one of HTTP's three forms (RFC 9110, section 5.6.7).
[[nodiscard]] std::optional<double> http_date(const std::string& text);

/// Seconds before the next try: `first` doubled with each try, at most kLongestBackOff, times a
/// number from 1/2 to 1, so that those who failed together do not come back together.
/// @param tries   that have failed, at least 1
/// @param random  uniform in (0, 1)
[[nodiscard]] double back_off(double first, int tries, double random);

inline constexpr double kLongestBackOff = 60.0;

}  // namespace smdm::judging
