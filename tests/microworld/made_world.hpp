/// A micro world as files, made once per test program.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tasks/ask/task.hpp"
#include "tests/support/support.hpp"

namespace smdm::test {

/// The world of a seed in its full size, or with few training rows.
class MadeWorld {
 public:
  enum class Size : bool { few, full };
  explicit MadeWorld(std::uint64_t seed, Size size = Size::few);

  [[nodiscard]] const std::map<std::string, std::string>& files() const { return files_; }
  [[nodiscard]] const std::string& file(const std::string& path) const { return files_.at(path); }

  /// Lines of a file, parsed.
  [[nodiscard]] std::vector<nlohmann::json> rows(const std::string& path) const;

  /// One string field of every line; several fields are put together.
  [[nodiscard]] std::vector<std::string> texts(const std::string& path,
                                               const std::vector<std::string>& fields) const;

  [[nodiscard]] nlohmann::json world() const { return nlohmann::json::parse(file("world.json")); }

  /// The documents of a task, as the program itself reads them with --data.
  [[nodiscard]] std::vector<Json> documents(const Task& task) const;

 private:
  std::map<std::string, std::string> files_;
};

/// The eight zero-shot tasks that the world has questions of.
std::vector<std::string> world_tasks();

/// @throws std::invalid_argument  if the program has no such task
Task task_named(const std::string& name);

/// The words of a text that match a regular expression as a whole: its groups, or none.
std::vector<std::string> groups(const std::string& text, const std::string& expression);

}  // namespace smdm::test
