// The world is written into a hidden folder beside the target and renamed when it is complete:
// nobody ever finds half a world.
#include "harness/cli/microworld.hpp"

#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files/atomic.hpp"
#include "harness/cli/values.hpp"
#include "microworld/files.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

/// A folder under construction, beside the one that it will become; without `commit` it disappears.
class PendingFolder {
 public:
  /// @throws Error(results)  if the target holds something, or its parent cannot be written
  explicit PendingFolder(const fs::path& target) : target_(without_trailing_slash(target)) {
    std::error_code failure;
    const auto status = fs::status(target_, failure);
    if (fs::exists(status) && !(fs::is_directory(status) && fs::is_empty(target_, failure))) {
      throw Error(ErrorKind::results, "--output: wanted a new or empty folder, got " +
                                          target_.string() +
                                          ", which exists and is not overwritten");
    }
    const fs::path parent = folder_of(target_);
    check_writable(parent);
    temporary_ = parent / (".smdm-" + std::to_string(::getpid()) + "-" +
                           target_.filename().string() + ".part");
    fs::create_directory(temporary_, failure);
    if (failure) throw cannot_write(temporary_, failure);
  }
  ~PendingFolder() {
    std::error_code ignored;
    if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
  }
  PendingFolder(const PendingFolder&) = delete;
  PendingFolder& operator=(const PendingFolder&) = delete;

  void write(const std::string& path, const std::string& content) {
    const fs::path file = temporary_ / path;
    std::error_code failure;
    fs::create_directories(file.parent_path(), failure);
    if (failure) throw cannot_write(file.parent_path(), failure);
    write_atomically(file, content);
  }

  /// Puts the folder in its place. An empty one that stood there is replaced.
  void commit() {
    std::error_code failure;
    fs::rename(temporary_, target_, failure);
    if (failure) throw cannot_write(target_, failure);
    temporary_.clear();
  }

 private:
  static fs::path without_trailing_slash(const fs::path& path) {
    const fs::path clean = fs::absolute(path).lexically_normal();
    return clean.has_filename() ? clean : clean.parent_path();
  }

  static Error cannot_write(const fs::path& path, const std::error_code& failure) {
    return Error(ErrorKind::results, "cannot write " + path.string() + ": " + failure.message());
  }

  fs::path target_;
  fs::path temporary_;  ///< empty once committed
};

/// One line for each folder: its files and rows.
void print_summary(const std::vector<microworld::File>& files, const MicroworldSettings& settings) {
  std::map<std::string, std::pair<std::size_t, std::size_t>> folders;
  for (const auto& file : files) {
    auto& [count, rows] = folders[fs::path(file.path).parent_path().string()];
    ++count;
    rows += file.rows;
  }
  std::cerr << "Micro world of seed " << settings.seed << " in " << settings.output << '\n';
  for (const auto& [folder, sums] : folders) {
    if (folder.empty()) continue;  // world.json
    std::cerr << "  " << folder << ": " << sums.second << " rows in " << sums.first
              << (sums.first == 1 ? " file\n" : " files\n");
  }
}

}  // namespace

CLI::App* add_microworld(CLI::App& app, MicroworldSettings& settings) {
  auto* command = app.add_subcommand(
      "microworld", "Write a small invented world: training corpora, test sets, tokenizers");
  add_value(*command, "--seed", settings.seed, "Which world; below 2^32 (default: 0)");
  add_value(*command, "--output,-o", settings.output, "New or empty folder to write into")
      ->required();
  return command;
}

void run_microworld(const MicroworldSettings& settings) {
  PendingFolder folder(settings.output);
  const auto files = microworld::make_files(settings.seed);
  for (const auto& file : files) folder.write(file.path, file.content);
  folder.commit();
  print_summary(files, settings);
}

}  // namespace smdm
