/// Dates in the names of files and folders.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace smdm {

enum class TimeZone : std::uint8_t { utc, local };

/// "2024-09-01T12-34-56", whole seconds rounded down: sorts by time and fits every file system.
[[nodiscard]] std::string date_text(std::chrono::system_clock::time_point when, TimeZone zone);

}  // namespace smdm
