#include "tests/support/golden_cases.hpp"

#include "tests/support/support.hpp"

namespace smdm::test {

nlohmann::json golden_cases(const std::string& file) {
  return nlohmann::json::parse(read_file(golden() / file)).at("cases");
}

}  // namespace smdm::test
