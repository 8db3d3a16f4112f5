// The world is written into a hidden folder beside the target and renamed when it is complete:
// nobody ever finds half a world.
#include "harness/cli/microworld.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "base/files/atomic.hpp"
#include "harness/cli/values.hpp"
#include "harness/settings/refuse.hpp"
#include "microworld/files.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

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

std::uint32_t count_of(const std::string& option,
                       std::uint32_t value,
                       std::uint32_t least,
                       std::uint32_t most) {
  if (value < least || value > most)
    refuse(option, std::to_string(least) + " to " + std::to_string(most), std::to_string(value));
  return value;
}

microworld::Sizes sizes_of(const MicroworldSettings& settings) {
  constexpr std::uint32_t kFewestRows = 4;  // of gsm8k for a dialogue
  constexpr std::uint32_t kMostRows = 10'000;
  constexpr std::uint32_t kFewestTrainingRows = 1000;
  constexpr std::uint32_t kMostTrainingRows = 10'000'000;
  constexpr std::size_t kTrainingPerCheck = 60;  // rows of training for one of validation
  microworld::Sizes sizes;
  if (settings.rows) {
    const auto rows = count_of("--rows", *settings.rows, kFewestRows, kMostRows);
    sizes.dialogue_items = std::min<std::size_t>(sizes.dialogue_items, rows / kFewestRows);
    sizes.arithmetic_items = rows;
    sizes.line_items = rows;
    sizes.question_items = rows;
  }
  if (settings.training_rows) {
    sizes.base_rows = count_of("--training-rows", *settings.training_rows, kFewestTrainingRows,
                               kMostTrainingRows);
    sizes.base_validation = std::max(sizes.base_validation, sizes.base_rows / kTrainingPerCheck);
  }
  return sizes;
}

}  // namespace

CLI::App* add_microworld(CLI::App& app, MicroworldSettings& settings) {
  auto* command = app.add_subcommand(
      "microworld", "Write a small invented world: training corpora, test sets, tokenizers");
  add_value(*command, "--seed", settings.seed, "Which world; below 2^32 (default: 0)");
  add_value(*command, "--rows", settings.rows,
            "Test rows of gsm8k, of line and of each task of zero-shot (default: 192 to 384)");
  add_value(*command, "--training-rows", settings.training_rows,
            "About so many rows of base training, a sixtieth of validation (default: 60000)");
  add_value(*command, "--output,-o", settings.output, "New or empty folder to write into")
      ->required();
  return command;
}

void run_microworld(const MicroworldSettings& settings) {
  const auto sizes = sizes_of(settings);
  PendingFolder folder(settings.output);
  const auto files = microworld::make_files(settings.seed, sizes);
  for (const auto& file : files) folder.write(file.path, file.content);
  folder.commit();
  print_summary(files, settings);
}

}  // namespace smdm
