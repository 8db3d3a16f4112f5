// How an endpoint is asked: addresses, keys, retries, the schedule. No network, no clock.
#include <cstdlib>
#include <map>

#include "base/error.hpp"
#include "harness/judging/api_key.hpp"
#include "harness/judging/endpoint.hpp"
#include "harness/judging/reply.hpp"
#include "harness/judging/schedule.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm::judging {
namespace {

using test::contains;
using test::error_text;

const std::string kSecret = "sk-0123456789abcdefXYZ";

HttpReply reply_of(long status, const std::string& body = "{}") {
  HttpReply reply;
  reply.status = status;
  reply.body = body;
  return reply;
}

Action action_of(const HttpReply& reply, bool connected = true) {
  return outcome_of(reply, 0.0, connected).action;
}

HttpReply failed(Failure failure) {
  HttpReply reply;
  reply.failure = failure;
  reply.error = "why";
  return reply;
}

}  // namespace

TEST_CASE("endpoints: the path of chat completions is added where it is missing") {
  const auto url = [](const char* text) { return endpoint_of(text).url; };
  CHECK(url("https://h/v1") == "https://h/v1/chat/completions");
  CHECK(url("https://h/v1/") == "https://h/v1/chat/completions");
  CHECK(url("http://h:8000") == "http://h:8000/chat/completions");
  CHECK(url("https://h/v1/chat/completions") == "https://h/v1/chat/completions");
  CHECK(url("https://h/v1?version=2") == "https://h/v1/chat/completions?version=2");
  CHECK(endpoint_of("https://h/v1?version=2").shown == "https://h/v1/chat/completions");
  CHECK(endpoint_of("https://h/v1").host == "h:443");
}

TEST_CASE("endpoints: what is no address, or holds a secret, is refused") {
  const auto error = [](const char* text) {
    return error_text<ErrorKind::usage>([&] { return endpoint_of(text); });
  };
  CHECK(contains(error("ftp://h/v1"), "--url: wanted http or https, got ftp"));
  CHECK(contains(error("h/v1"), "--url: wanted an address such as https://host/v1, got 'h/v1'"));
  CHECK(contains(error("https://me:pass@h/v1"), "without user and password"));
  CHECK_FALSE(contains(error("https://me:pass@h/v1"), "pass@"));
  CHECK(contains(error("https://h/v1#x"), "without '#'"));
  CHECK(contains(error("https://h:99999/v1?key=1"), "'https://h:99999/v1'"));
  CHECK(contains(error("https://me:pass@h:99999/v1"), "got another ("));
}

TEST_CASE("endpoints: a key goes unencrypted to this machine alone") {
  const auto error = [](const char* text, bool has_key, bool allow) {
    return error_text<ErrorKind::usage>([&] {
      check_secrecy(endpoint_of(text), has_key, allow);
      return 0;
    });
  };
  for (const char* text : {"http://localhost:1/v1", "http://127.0.0.1/v1", "http://127.9.9.9/v1",
                           "http://[::1]:8/v1", "http://a.localhost/v1", "https://h/v1"}) {
    INFO(text);
    CHECK(error(text, true, false).empty());
  }
  for (const char* text : {"http://h/v1", "http://127.0.0.1.h/v1", "http://localhost.h/v1",
                           "http://10.0.0.1/v1", "http://0.0.0.0/v1"}) {
    INFO(text);
    CHECK(contains(error(text, true, false), "wanted https, got http to "));
    CHECK(error(text, true, true).empty());
    CHECK(error(text, false, false).empty());
  }
}

TEST_CASE("endpoints: where a redirect leads") {
  const auto from = endpoint_of("https://h/v1");
  CHECK(in_words_of_redirect(from, "/v2/x?k=1") == "the same host, https://h/v2/x");
  CHECK(in_words_of_redirect(from, "https://other/x") == "another host, https://other/x");
  CHECK(in_words_of_redirect(from, "https://h:444/x") == "another host, https://h:444/x");
  CHECK(in_words_of_redirect(from, "https://u:p@other/x") == "another host, https://other/x");
}

TEST_CASE("keys: taken out of the environment") {
  ::setenv("SMDM_TEST_KEY", kSecret.c_str(), 1);
  const char* const place = std::getenv("SMDM_TEST_KEY");
  {
    const auto key = take_key("SMDM_TEST_KEY");
    CHECK(key.text() == kSecret);
    CHECK(std::getenv("SMDM_TEST_KEY") == nullptr);
    CHECK(*place == '\0');  // overwritten where it stood
  }
  CHECK_FALSE(take_key("SMDM_TEST_KEY").is_given());
  ::setenv("SMDM_TEST_KEY", "with space", 1);
  const auto error = error_text<ErrorKind::usage>([] { return take_key("SMDM_TEST_KEY"); });
  CHECK(contains(error, "SMDM_TEST_KEY: wanted a key of visible ASCII characters"));
  CHECK_FALSE(contains(error, "with space"));
  CHECK(std::getenv("SMDM_TEST_KEY") == nullptr);
}

TEST_CASE("keys: scrubbed out of texts, in whole and in part") {
  const ApiKey key(kSecret, "KEY");
  CHECK(key.scrubbed("") == "");
  CHECK(key.scrubbed("no secret") == "no secret");
  CHECK(key.scrubbed("a " + kSecret + " b " + kSecret) == "a <key> b <key>");
  CHECK(key.scrubbed("cut off: " + kSecret.substr(0, 12)) == "cut off: <key>");
  CHECK(key.scrubbed("..." + kSecret.substr(6) + "!") == "...<key>!");
  CHECK(key.scrubbed("sk-0123") == "sk-0123");  // 7 characters tell nobody a key
  CHECK(ApiKey("EMPTY", "KEY").scrubbed("an EMPTY list") == "an EMPTY list");
  CHECK(ApiKey().scrubbed("text") == "text");
}

TEST_CASE("Retry-After: seconds and all three forms of a date") {
  // 784111777 is 1994-11-06 08:49:37 UTC, RFC 9110's example.
  CHECK(http_date("Sun, 06 Nov 1994 08:49:37 GMT") == 784111777.0);
  CHECK(http_date("Sunday, 06-Nov-94 08:49:37 GMT") == 784111777.0);
  CHECK(http_date("Sun Nov  6 08:49:37 1994") == 784111777.0);
  CHECK_FALSE(http_date("tomorrow"));
  CHECK_FALSE(http_date("Sun, 06 Nov 1994 08:49:37 GMT and more"));
  const auto wait = [](const char* value, std::optional<std::string> date = {}) {
    return seconds_of_retry_after(value, date, 784111770.0);
  };
  CHECK(wait("120") == 120.0);
  CHECK(wait("0") == 0.0);
  CHECK(wait("Sun, 06 Nov 1994 08:49:37 GMT") == 7.0);
  // The server's clock counts where it says it.
  CHECK(wait("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:07 GMT") == 30.0);
  CHECK(wait("Sun, 06 Nov 1994 08:49:00 GMT") == 0.0);
  for (const char* value : {"", "-1", "1.5", "soon", "99999999999"}) {
    INFO(value);
    CHECK_FALSE(wait(value));
  }
}

TEST_CASE("replies: what is read, tried again, given up, and what ends everything") {
  CHECK(action_of(reply_of(200)) == Action::read);
  for (const long status : {408, 409, 425, 429, 500, 502, 503, 504, 529})
    CHECK(action_of(reply_of(status)) == Action::try_again);
  for (const long status : {400, 413, 422}) CHECK(action_of(reply_of(status)) == Action::give_up);
  for (const long status : {301, 302, 307, 308, 401, 402, 403, 404, 405, 407})
    CHECK(action_of(reply_of(status)) == Action::stop);
  for (const auto failure :
       {Failure::connection, Failure::timeout, Failure::stalled, Failure::cut_off})
    CHECK(action_of(failed(failure)) == Action::try_again);
  CHECK(action_of(failed(Failure::too_large)) == Action::give_up);
  CHECK(action_of(failed(Failure::certificate)) == Action::stop);
  CHECK(action_of(failed(Failure::tls), false) == Action::stop);
  CHECK(action_of(failed(Failure::tls), true) == Action::try_again);
  CHECK(outcome_of(failed(Failure::stalled), 0.0, true).reason == "stalled: why");
}

TEST_CASE("replies: a wait that the server asks for goes with what is tried again") {
  auto reply = reply_of(429, R"({"error": {"message": "slowly"}})");
  reply.retry_after = "7";
  const auto outcome = outcome_of(reply, 0.0, true);
  CHECK(outcome.wait == 7.0);
  CHECK(outcome.reason == "HTTP 429: slowly");
  reply.retry_after = "soon";
  CHECK_FALSE(outcome_of(reply, 0.0, true).wait);
}

TEST_CASE("back-off doubles, ends at a minute, and spreads") {
  CHECK(back_off(1.0, 1, 1.0) == 1.0);
  CHECK(back_off(1.0, 2, 1.0) == 2.0);
  CHECK(back_off(1.0, 4, 1.0) == 8.0);
  CHECK(back_off(1.0, 4, 0.0) == 4.0);
  CHECK(back_off(1.0, 7, 1.0) == 60.0);
  CHECK(back_off(1.0, 1000, 1.0) == 60.0);
  CHECK(back_off(0.0, 5, 0.5) == 0.0);
}

TEST_CASE("schedule: in order, a few at a time") {
  Schedule schedule(3, {.concurrency = 2, .retries = 1, .retry_wait = 1.0});
  CHECK(schedule.start(0.0) == 0U);
  CHECK(schedule.start(0.0) == 1U);
  CHECK_FALSE(schedule.start(0.0));
  CHECK_FALSE(schedule.wait(0.0));  // one has to end first
  schedule.end(0);
  CHECK(schedule.wait(0.0) == 0.0);
  CHECK(schedule.start(0.0) == 2U);
  schedule.end(1);
  schedule.end(2);
  CHECK(schedule.is_done());
}

TEST_CASE("schedule: what failed comes back after its wait, behind what is due, and not for ever") {
  Schedule schedule(2, {.concurrency = 1, .retries = 2, .retry_wait = 4.0});
  REQUIRE(schedule.start(0.0) == 0U);
  CHECK(schedule.try_again(0, 10.0, 1.0));  // due at 14
  CHECK(schedule.start(10.0) == 1U);
  schedule.end(1);
  CHECK_FALSE(schedule.start(13.9));
  CHECK(schedule.wait(13.0) == Approx(1.0));
  CHECK_FALSE(schedule.is_done());
  CHECK(schedule.start(14.0) == 0U);
  CHECK(schedule.try_again(0, 14.0, 1.0));  // due at 22
  CHECK_FALSE(schedule.start(21.9));
  CHECK(schedule.start(22.0) == 0U);
  CHECK(schedule.tries(0) == 3);
  CHECK_FALSE(schedule.try_again(0, 22.0, 1.0));
  CHECK(schedule.is_done());
}

TEST_CASE("schedule: a pause holds for all, and a shorter one does not end it") {
  Schedule schedule(2, {.concurrency = 2, .retries = 1, .retry_wait = 1.0});
  schedule.pause(5.0, 10.0);
  schedule.pause(6.0, 1.0);
  CHECK_FALSE(schedule.start(14.9));
  CHECK(schedule.wait(10.0) == Approx(5.0));
  CHECK(schedule.start(15.0) == 0U);
  CHECK(schedule.start(15.0) == 1U);
}

}  // namespace smdm::judging
