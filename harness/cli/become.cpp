#include "harness/cli/become.hpp"

#include <cerrno>
#include <string>

#include <unistd.h>

#include "base/error.hpp"
#include "base/files/descriptor.hpp"
#include "base/files/paths.hpp"

namespace smdm {
namespace {

std::string purpose_of(const std::string& program) {
  return program == kEngine ? "computes" : "asks judges";
}

}  // namespace

void become(const char* program, char* const* argv) {
  require_working_folder();
  const auto path = running_program().parent_path() / program;
  // It lies beside this very program, and the arguments are the user's own.
  ::execv(path.c_str(), argv);  // NOLINT(clang-analyzer-optin.taint.GenericTaint)
  throw Error(ErrorKind::failure, because("wanted the program that " + purpose_of(program) +
                                              ", which lies beside smdm-eval, in " + path.string(),
                                          errno));
}

}  // namespace smdm
