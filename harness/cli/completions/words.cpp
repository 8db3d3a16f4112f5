#include "harness/cli/completions/words.hpp"

#include <algorithm>
#include <stdexcept>

namespace smdm::completions {

const Command& command_at(const Words& words, const std::string& path) {
  const auto found = std::ranges::find(words, path, &Command::path);
  if (found == words.end()) throw std::invalid_argument("completions: no command " + path);
  return *found;
}

std::string name_of(const Command& command) {
  const auto space = command.path.rfind(' ');
  return space == std::string::npos ? command.path : command.path.substr(space + 1);
}

std::string path_below(const Command& command, const std::string& name) {
  return command.path.empty() ? name : command.path + " " + name;
}

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? "'\\''" : std::string(1, c));
  return out + "'";
}

std::string joined(const std::vector<std::string>& parts, const char* between) {
  std::string text;
  for (const auto& part : parts) text.append(text.empty() ? "" : between).append(part);
  return text;
}

}  // namespace smdm::completions
