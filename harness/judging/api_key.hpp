/// The key of an endpoint: from the environment alone, never in a text, never in a memory dump.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace smdm::judging {

/// While one lives, the system writes no memory dump of this process, and other processes of the
/// user may not look into it. Make it before a key is read.
class NoDumps {
 public:
  /// @throws Error(failure)  if the system refuses
  NoDumps();
  ~NoDumps();
  NoDumps(const NoDumps&) = delete;
  NoDumps& operator=(const NoDumps&) = delete;

 private:
  int before_ = 1;
};

/// Overwrites memory in a way that no compiler leaves out.
void wipe(void* memory, std::size_t bytes) noexcept;

/// A key, or none. It lies at one place of memory, is kept from being swapped out where the system
/// allows it, and is overwritten at the end.
class ApiKey {
 public:
  /// None.
  ApiKey() = default;

  /// @throws Error(usage)  for a text that cannot be a key: other characters than visible ASCII
  /// @param name  what holds it, for the error, which never shows it
  ApiKey(std::string_view key, const std::string& name);

  ~ApiKey();
  ApiKey(ApiKey&& other) noexcept : key_(std::move(other.key_)) {}
  ApiKey& operator=(ApiKey&&) = delete;
  ApiKey(const ApiKey&) = delete;
  ApiKey& operator=(const ApiKey&) = delete;

  [[nodiscard]] bool is_given() const noexcept { return !key_.empty(); }
  [[nodiscard]] std::string_view text() const noexcept { return {key_.data(), key_.size()}; }

  /// The text with "<key>" wherever the key stands in it, or kShortest or more characters in a row
  /// that stand in the key: servers cut what they repeat. A key shorter than that is taken for a
  /// placeholder ("EMPTY") and no secret.
  [[nodiscard]] std::string scrubbed(std::string_view text) const;

  static constexpr std::size_t kShortest = 8;

 private:
  std::vector<char> key_;
};

/// Takes a key out of the environment: the variable is overwritten and removed, so that neither
/// /proc nor a program started later shows it. None where it is unset or empty.
/// @throws Error(usage)  as ApiKey
[[nodiscard]] ApiKey take_key(const std::string& variable);

}  // namespace smdm::judging
