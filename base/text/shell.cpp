#include "base/text/shell.hpp"

namespace smdm {
namespace {

std::string quoted(const std::string& argument) {
  constexpr const char* kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=,./:@%^";
  if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string::npos) return argument;
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

std::string shell_command(const std::string& program, std::span<const std::string> arguments) {
  std::string text = quoted(program);
  for (const auto& argument : arguments) text.append(" ").append(quoted(argument));
  return text;
}

}  // namespace smdm
