/// Requests over HTTP, several at a time, in one thread (libcurl).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/judging/api_key.hpp"
#include "harness/judging/endpoint.hpp"
#include "harness/judging/reply.hpp"

namespace smdm::judging {

struct HttpLimits {
  double timeout = 600.0;                     ///< seconds for a whole reply
  double stall_timeout = 60.0;                ///< seconds between two bytes of one that has begun
  std::size_t bytes = std::size_t{8} << 20U;  ///< of a reply's body
};

/// Posts JSON to one endpoint. Certificates are always verified, redirects never followed, replies
/// of more than the limit cut off. The key goes into one header and into no text: whatever comes
/// back is scrubbed of it. One at a time in a process.
class HttpClient {
 public:
  /// @param key      outlives it
  /// @param ca_file  authorities to be trusted in place of the system's
  /// @throws Error(failure)  if the library cannot be started
  HttpClient(Endpoint endpoint,
             const ApiKey& key,
             const HttpLimits& limits,
             const std::optional<std::string>& ca_file);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Begins a request.
  /// @param request  is given back with the reply
  void start(std::size_t request, std::string body);

  /// Waits until something has ended, but not longer than so many seconds.
  /// @return all that has ended, in no particular order
  [[nodiscard]] std::vector<HttpReply> wait(double seconds);

  [[nodiscard]] const Endpoint& endpoint() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smdm::judging
