// progress.json of a run that is not complete (docs/runs.md).
#include <algorithm>

#include "base/error.hpp"
#include "base/files/read.hpp"
#include "results/report/content.hpp"
#include "results/run/checked_json.hpp"

namespace smdm::report {
namespace {

namespace fs = std::filesystem;

std::optional<Progress> progress_at(const fs::path& file) {
  const auto text = read_file_if_there(file, ErrorKind::results);
  if (!text) return std::nullopt;
  try {
    const auto json = stored_json(*text, file.string());
    Progress progress{.state = json.at("state"),
                      .done = json.at("done"),
                      .documents = json.at("documents"),
                      .seconds_left = {},
                      .updated = json.at("updated")};
    const auto& left = json.at("seconds_left");
    if (!left.is_null()) progress.seconds_left = left.get<double>();
    return progress;
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::results, file.string() + ": not the progress of a run: " + error.what());
  }
}

}  // namespace

std::optional<Progress> read_progress(const fs::path& folder) {
  constexpr const char* kName = "progress.json";
  if (auto progress = progress_at(folder / kName)) return progress;
  for (const auto& below : folders_in(folder)) {
    if (auto progress = progress_at(below / kName)) return progress;
  }
  return std::nullopt;
}

}  // namespace smdm::report
