// c10d's clients say on standard error, at length, that nobody is there yet: so they are made only
// when somebody is.
#include <cerrno>
#include <memory>
#include <string>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/files/descriptor.hpp"
#include "harness/ranks/store.hpp"

namespace smdm::ranks {
namespace {

/// Whether a connection that was begun is made.
bool is_made(int socket) {
  constexpr int kPatience = 2000;  // milliseconds
  pollfd waiting{.fd = socket, .events = POLLOUT, .revents = 0};
  if (::poll(&waiting, 1, kPatience) != 1) return false;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

bool answers(const addrinfo& place) {
  constexpr unsigned kFlags = unsigned{SOCK_NONBLOCK} | unsigned{SOCK_CLOEXEC};
  const auto type = static_cast<unsigned>(place.ai_socktype) | kFlags;
  const Descriptor socket(::socket(place.ai_family, static_cast<int>(type), place.ai_protocol));
  if (socket.number() < 0) return false;
  if (::connect(socket.number(), place.ai_addr, place.ai_addrlen) == 0) return true;
  return errno == EINPROGRESS && is_made(socket.number());
}

}  // namespace

bool is_reachable(const std::string& host, std::uint16_t port) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found) != 0) return false;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, &::freeaddrinfo);
  for (const auto* place = found; place != nullptr; place = place->ai_next) {
    if (answers(*place)) return true;
  }
  return false;
}

}  // namespace smdm::ranks
