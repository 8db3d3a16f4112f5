#include "base/text/dates.hpp"

#include "tests/support/catch.hpp"

namespace smdm {

TEST_CASE("dates are whole seconds, rounded down") {
  using std::chrono::system_clock;
  const auto text = [](std::chrono::microseconds since_1970) {
    return date_text(system_clock::time_point(since_1970), TimeZone::utc);
  };
  CHECK(text(std::chrono::seconds(1725194096)) == "2024-09-01T12-34-56");
  CHECK(text(std::chrono::microseconds(1725194096999999)) == "2024-09-01T12-34-56");
  CHECK(text(std::chrono::microseconds(-1)) == "1969-12-31T23-59-59");
}

}  // namespace smdm
