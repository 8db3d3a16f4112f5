#include "tests/harness/rank_pair.hpp"

#include <future>
#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/files/descriptor.hpp"
#include "tests/support/catch.hpp"

namespace smdm::test {
namespace {

std::uint16_t free_port() {
  const Descriptor probe(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof place;
  auto* address = reinterpret_cast<sockaddr*>(&place);
  REQUIRE(::bind(probe.number(), address, size) == 0);
  REQUIRE(::getsockname(probe.number(), address, &size) == 0);
  return ntohs(place.sin_port);
}

ranks::Launch launch_of_rank(int rank, int size, std::uint16_t port) {
  return {.launcher = "RANK",
          .rank = rank,
          .size = size,
          .host = "127.0.0.1",
          .port = port,
          .keys = "test/"};
}

}  // namespace

RankPair::RankPair() {
  const auto port = free_port();
  auto meeting = std::async(std::launch::async, [&] {
    return std::make_unique<ranks::Group>(launch_of_rank(1, 2, port), ranks::Patience());
  });
  leader = std::make_unique<ranks::Group>(launch_of_rank(0, 2, port), ranks::Patience());
  other = meeting.get();
}

RankPair::~RankPair() {
  std::thread leaves([&] { other->leave(); });
  leader->leave();
  leaves.join();
}

void RankPair::send(const ranks::Report& report) const {
  auto& store = other->store();
  store.set(ranks::inbox_key(store.add(ranks::kInbox, 1)), ranks::to_bytes(report));
}

std::optional<ranks::Lease> RankPair::lease(std::int64_t number) const {
  const auto bytes = other->store().take(ranks::lease_key(1, number), kSoon);
  REQUIRE(bytes);
  return ranks::lease_of(*bytes);
}

}  // namespace smdm::test
