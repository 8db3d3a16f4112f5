// What reproducible matrix products need of the environment; reproducibility_test sees the effect.
#include "models/matmul.hpp"

#include <cstdlib>
#include <optional>
#include <string>

#include "tests/support/catch.hpp"

namespace smdm {
namespace {

/// Sets a variable of the environment while it lives.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value, 1);
  }
  ~Environment() {
    if (before_) {
      setenv(name_, before_->c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("matrix products are reproducible unless the user chose other kernels") {
  unsetenv("MKL_CBWR");
  unsetenv("ONEDNN_MAX_CPU_ISA");
  CHECK_FALSE(matmul_is_reproducible());
  keep_matmul_reproducible();
  CHECK(matmul_is_reproducible());
  {
    const Environment chosen("ONEDNN_MAX_CPU_ISA", "ALL");
    keep_matmul_reproducible();
    CHECK_FALSE(matmul_is_reproducible());
    CHECK(std::string(std::getenv("ONEDNN_MAX_CPU_ISA")) == "ALL");
  }
  CHECK(matmul_is_reproducible());
}

}  // namespace smdm
