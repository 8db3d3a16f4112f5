#include "harness/bench/reference.hpp"

#include <array>
#include <cstdio>
#include <iostream>
#include <memory>

#include "base/error.hpp"
#include "base/json.hpp"

namespace smdm {

double reference_rate(const std::string& command,
                      const std::vector<std::pair<std::string, std::string>>& arguments,
                      const std::string& key) {
  auto line = command;
  for (const auto& [name, value] : arguments)
    line.append(" --").append(name).append(" ").append(value);
  std::cout.flush();
  // NOLINTNEXTLINE(bugprone-command-processor): what is asked for is a command line of the shell
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(line.c_str(), "r"), pclose);
  std::string text;
  std::array<char, 4096> block{};
  while (pipe && fgets(block.data(), static_cast<int>(block.size()), pipe.get()) != nullptr)
    text += block.data();
  const auto json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains(key) || !json.at(key).is_number())
    throw Error(ErrorKind::usage, "--reference: wanted a program that prints {\"" + key +
                                      "\"}, got \"" + text.substr(0, 80) + "\" from: " + line);
  return json.at(key).get<double>();
}

}  // namespace smdm
