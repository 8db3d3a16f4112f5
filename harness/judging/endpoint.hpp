/// Where judges are asked: an address that was looked at before anything is sent there.
#pragma once

#include <string>

namespace smdm::judging {

/// The address of chat completions of an OpenAI-compatible server.
struct Endpoint {
  std::string url;    ///< asked
  std::string shown;  ///< the same without what stands behind "?", for people and files
  std::string host;   ///< with its port
  bool encrypted = false;
  bool local = false;  ///< on this machine: it is never reached by way of a proxy
};

/// @param url  of the server's API ("https://host/v1"), to which "/chat/completions" is added, or
///             the whole address
/// @throws Error(usage)  if it is no address of http or https, or has a user or a password in it
[[nodiscard]] Endpoint endpoint_of(const std::string& url);

/// @throws Error(usage)  where a key would travel in the open: http to another machine
void check_secrecy(const Endpoint& endpoint, bool has_key, bool allow_plain_http);

/// Where a redirect leads, in words: "another host, https://elsewhere/path".
/// @param location  the header's value
[[nodiscard]] std::string in_words_of_redirect(const Endpoint& endpoint,
                                               const std::string& location);

}  // namespace smdm::judging
