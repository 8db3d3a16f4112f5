/// The place where ranks leave messages for each other: a table of bytes by key, held by one
/// process and reached by all.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/ranks/launch.hpp"

namespace smdm::ranks {

/// The store cannot be reached any more: who held it has ended.
class StoreLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One connection. Calls from several threads wait for each other: a thread that must not wait has
/// a connection of its own. Everything throws StoreLost.
class Store {
 public:
  Store() = default;
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// @param value  of any length
  virtual void set(const std::string& key, const std::string& value) = 0;

  /// @param patience  how long to wait for it to be there
  /// @return nothing if it was not
  [[nodiscard]] virtual std::optional<std::string> get(const std::string& key,
                                                       std::chrono::milliseconds patience) = 0;

  /// The same, and it is no longer there.
  [[nodiscard]] virtual std::optional<std::string> take(const std::string& key,
                                                        std::chrono::milliseconds patience) = 0;

  /// The same of several keys, all or none: fewer questions to the store than one by one.
  [[nodiscard]] virtual std::optional<std::vector<std::string>> take_all(
      const std::vector<std::string>& keys) = 0;

  /// Values of keys that are there for sure, none of them long.
  [[nodiscard]] virtual std::vector<std::string> get_all(const std::vector<std::string>& keys) = 0;

  /// Adds to a number, which is 0 before. @return what it is then
  virtual std::int64_t add(const std::string& key, std::int64_t value) = 0;
};

/// @throws Error(failure)  if this LibTorch comes without c10d
void require_store(const Launch& launch);

enum class StoreSide : std::uint8_t { client, server };

/// Connects to the store of a launch, c10d's TCPStore; its keys lie under the launch's.
/// @param side      the server holds the store while this lives, and is a client of it
/// @param patience  for each answer of the store; to be let in may take 30 seconds at least
/// @throws StoreLost       if it cannot be reached in that time
/// @throws Error(failure)  as require_store(), or if the server's port is taken
[[nodiscard]] std::unique_ptr<Store> connect(const Launch& launch,
                                             StoreSide side,
                                             std::chrono::milliseconds patience);

/// The key of something that each rank has.
[[nodiscard]] inline std::string rank_key(const std::string& what, int rank) {
  return what + "/" + std::to_string(rank);
}

/// Whether somebody listens at a place.
[[nodiscard]] bool is_reachable(const std::string& host, std::uint16_t port);

}  // namespace smdm::ranks
