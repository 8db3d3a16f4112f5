#define CATCH_CONFIG_RUNNER
#include "tests/support/catch.hpp"
#include "tests/support/skips.hpp"

int main(int argc, char** argv) {
  constexpr int kSkipped = 77;  // SKIP_RETURN_CODE of every ctest test
  const int failed = Catch::Session().run(argc, argv);
  if (failed != 0) return failed;
  return smdm::test::skipped_cases() > 0 ? kSkipped : 0;
}
