/// What all test programs share: where test data lies, and how a test says that it was skipped.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace smdm::test {

/// tests/golden: recorded outputs of the reference, and small checkpoints, kept in the tree.
std::filesystem::path golden();

/// The folder with benchmark data and tokenizers (`shared` beside the source tree, or the value of
/// SMDM_SHARED), or nothing where it is absent.
std::optional<std::filesystem::path> shared();

/// Says on standard output that the running test case is skipped, and why. A test program in which
/// a case was skipped and none failed ends with code 77, which ctest shows as "Skipped".
void skip(const std::string& why);

/// A new empty folder, removed when the object dies.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

void write_file(const std::filesystem::path& path, const std::string& content);
std::string read_file(const std::filesystem::path& path);

}  // namespace smdm::test
