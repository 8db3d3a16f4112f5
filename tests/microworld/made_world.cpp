#include "tests/microworld/made_world.hpp"

#include <regex>
#include <sstream>

#include "microworld/files.hpp"
#include "tasks/ask/catalog.hpp"

namespace smdm::test {

MadeWorld::MadeWorld(std::uint64_t seed, Size size) {
  microworld::Sizes sizes;
  if (size == Size::few) {
    sizes.base_rows = 9000;
    sizes.arithmetic_rows = 3000;
    sizes.line_rows = 3000;
  }
  for (auto& file : microworld::make_files(seed, sizes)) {
    files_.emplace(std::move(file.path), std::move(file.content));
  }
}

std::vector<nlohmann::json> MadeWorld::rows(const std::string& path) const {
  std::vector<nlohmann::json> rows;
  std::istringstream lines(file(path));
  for (std::string line; std::getline(lines, line);) rows.push_back(nlohmann::json::parse(line));
  return rows;
}

std::vector<std::string> MadeWorld::texts(const std::string& path,
                                          const std::vector<std::string>& fields) const {
  std::vector<std::string> texts;
  for (const auto& row : rows(path)) {
    std::string text;
    for (const auto& field : fields) text += row.value(field, "");
    texts.push_back(std::move(text));
  }
  return texts;
}

std::vector<Json> MadeWorld::documents(const Task& task) const {
  const TemporaryFolder folder;
  for (const auto& [path, content] : files_) {
    if (!path.starts_with("data/")) continue;
    const auto target = folder.path() / path.substr(5);
    std::filesystem::create_directories(target.parent_path());
    write_file(target, content);
  }
  return load(task, folder.path()).documents;
}

std::vector<std::string> world_tasks() {
  return {"arc_easy",   "boolq", "hellaswag", "lambada_standard",
          "openbookqa", "piqa",  "race",      "social_iqa"};
}

Task task_named(const std::string& name) {
  return find_tasks(std::vector<std::string>{name}).front();
}

std::vector<std::string> groups(const std::string& text, const std::string& expression) {
  std::smatch match;
  if (!std::regex_match(text, match, std::regex(expression))) return {};
  std::vector<std::string> found;
  for (std::size_t i = 1; i < match.size(); ++i) found.push_back(match[i].str());
  return found;
}

}  // namespace smdm::test
