#include "base/text/dates.hpp"

#include <array>
#include <ctime>

namespace smdm {

std::string date_text(std::chrono::system_clock::time_point when, TimeZone zone) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(when);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
  std::tm parts{};
  if (zone == TimeZone::utc) {
    gmtime_r(&seconds, &parts);
  } else {
    localtime_r(&seconds, &parts);
  }
  std::array<char, 32> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H-%M-%S", &parts);
  return {text.data(), length};
}

}  // namespace smdm
