// Addresses are taken apart by the library that connects to them, so that both read them alike.
#include "harness/judging/endpoint.hpp"

#include <memory>
#include <optional>

#include <arpa/inet.h>
#include <curl/curl.h>

#include "base/error.hpp"
#include "base/text/visible.hpp"

namespace smdm::judging {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

/// A part, or nothing where the address has none.
std::optional<std::string> part(const Url& url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) return std::nullopt;
  std::string copy = text;
  curl_free(text);
  return copy;
}

[[noreturn]] void refuse(const std::string& wanted, const std::string& came) {
  throw Error(ErrorKind::usage, "--url: wanted " + wanted + ", got " + came);
}

/// An address as errors may show it: without what may be a secret.
std::string in_quotes(const std::string& text) {
  if (text.find('@') != std::string::npos) return "another";
  return "'" + visible(text.substr(0, text.find('?'))) + "'";
}

Url parsed(const std::string& text) {
  Url url(curl_url());
  const auto code = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0);
  if (code != CURLUE_OK)
    refuse("an address such as https://host/v1",
           in_quotes(text) + " (" + curl_url_strerror(code) + ")");
  return url;
}

void check(const Url& url) {
  const auto scheme = part(url, CURLUPART_SCHEME).value_or("");
  if (scheme != "http" && scheme != "https") refuse("http or https", scheme);
  if (part(url, CURLUPART_USER) || part(url, CURLUPART_PASSWORD))
    refuse("an address without user and password (a key comes from the environment)",
           "one with them");
  if (part(url, CURLUPART_FRAGMENT)) refuse("an address without '#'", "one with it");
}

void complete_path(const Url& url) {
  constexpr std::string_view kEnd = "/chat/completions";
  auto path = part(url, CURLUPART_PATH).value_or("/");
  while (path.ends_with('/')) path.pop_back();
  if (!path.ends_with(kEnd)) path += kEnd;
  curl_url_set(url.get(), CURLUPART_PATH, path.c_str(), 0);
}

std::string host_of(const Url& url) {
  return part(url, CURLUPART_HOST).value_or("") + ":" +
         part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT).value_or("");
}

std::string without_query(const Url& url) {
  curl_url_set(url.get(), CURLUPART_QUERY, nullptr, 0);
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  curl_url_set(url.get(), CURLUPART_USER, nullptr, 0);
  curl_url_set(url.get(), CURLUPART_PASSWORD, nullptr, 0);
  return part(url, CURLUPART_URL).value_or("");
}

bool is_local(const std::string& host) {
  in_addr address{};
  if (::inet_pton(AF_INET, host.c_str(), &address) == 1) return host.starts_with("127.");
  return host == "localhost" || host.ends_with(".localhost") || host == "[::1]";
}

}  // namespace

Endpoint endpoint_of(const std::string& url) {
  const auto address = parsed(url);
  check(address);
  complete_path(address);
  Endpoint endpoint{.url = part(address, CURLUPART_URL).value_or(""),
                    .shown = {},
                    .host = host_of(address),
                    .encrypted = part(address, CURLUPART_SCHEME) == "https",
                    .local = is_local(part(address, CURLUPART_HOST).value_or(""))};
  endpoint.shown = without_query(address);
  return endpoint;
}

void check_secrecy(const Endpoint& endpoint, bool has_key, bool allow_plain_http) {
  if (endpoint.encrypted || endpoint.local || !has_key || allow_plain_http) return;
  throw Error(ErrorKind::usage,
              "--url: wanted https, got http to " + endpoint.host +
                  ", where anybody on the way reads the key; --allow-plain-http sends it all the "
                  "same");
}

std::string in_words_of_redirect(const Endpoint& endpoint, const std::string& location) {
  const auto address = parsed(endpoint.url);
  if (curl_url_set(address.get(), CURLUPART_URL, location.c_str(), 0) != CURLUE_OK)
    return "no address";
  const bool same = host_of(address) == endpoint.host;
  return std::string(same ? "the same host, " : "another host, ") + visible(without_query(address));
}

}  // namespace smdm::judging
