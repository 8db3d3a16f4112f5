#include "harness/settings/refuse.hpp"

#include "base/error.hpp"

namespace smdm {

void refuse(const std::string& option, const std::string& wanted, const std::string& came) {
  throw Error(ErrorKind::usage, option + ": wanted " + wanted + ", got " + came);
}

}  // namespace smdm
