#include "training/log.hpp"

#include <cerrno>
#include <fstream>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files/atomic.hpp"
#include "base/files/descriptor.hpp"

namespace smdm::training {
namespace {
namespace fs = std::filesystem;

/// A last line that was cut short, and those behind the step, are left out.
std::vector<Json> read_records(const fs::path& path, std::int64_t last_step) {
  std::vector<Json> records;
  std::ifstream file(path);
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
  write_atomically(path_, text, Existing::replace);
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor_ < 0)
    throw Error(ErrorKind::results, because("cannot write " + path_.string(), errno));
}

Log::~Log() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Log::add(const Json& record) {
  write_all(descriptor_, record.dump() + "\n", path_.string());
  records_.push_back(record);
}

}  // namespace smdm::training
