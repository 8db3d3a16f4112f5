#include "tests/support/support.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include <unistd.h>

#include "tests/support/skips.hpp"

namespace smdm::test {
namespace fs = std::filesystem;

fs::path golden() {
  return fs::path(SMDM_SOURCE_DIR) / "tests" / "golden";
}

std::optional<fs::path> shared() {
  const char* set = std::getenv("SMDM_SHARED");
  const fs::path path =
      set != nullptr ? fs::path(set) : fs::path(SMDM_SOURCE_DIR) / ".." / "shared";
  std::error_code ignored;
  if (!fs::is_directory(path / "data", ignored)) return std::nullopt;
  return fs::canonical(path);
}

int& skipped_cases() {
  static int count = 0;
  return count;
}

void skip(const std::string& why) {
  ++skipped_cases();
  std::cout << "SKIPPED: " << why << std::endl;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "smdm-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void write_file(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

std::string read_file(const fs::path& path) {
  const std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

}  // namespace smdm::test
