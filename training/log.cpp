#include "training/log.hpp"

#include <sstream>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/files/output.hpp"
#include "base/files/read.hpp"

namespace smdm::training {
namespace {
namespace fs = std::filesystem;

/// A last line that was cut short, and those behind the step, are left out.
std::vector<Json> read_records(const fs::path& path, std::int64_t last_step) {
  std::vector<Json> records;
  std::istringstream file(read_file_if_there(path, ErrorKind::results).value_or(""));
  for (std::string line; std::getline(file, line);) {
    auto record = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    const auto step = record.is_object() ? record.value("step", Json()) : Json();
    if (!step.is_number_integer() || step.get<std::int64_t>() > last_step) break;
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace

Log::Log(const fs::path& folder, std::int64_t last_step) : path_(folder / kLogFile) {
  if (last_step > 0) records_ = read_records(path_, last_step);
  std::string text;
  for (const auto& record : records_) text += record.dump() + "\n";
  write_output(path_, text, Existing::replace);
  file_ = open_to_append(path_);
}

void Log::add(const Json& record) {
  write_all(file_.number(), record.dump() + "\n", path_.string());
  records_.push_back(record);
}

}  // namespace smdm::training
