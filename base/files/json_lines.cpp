// A path becomes one of two things: a stream that is written through at once, or a file that
// appears only when it is complete. Whether it may be written at all is found out before there is
// anything to write.
#include "base/files/json_lines.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files/descriptor.hpp"
#include "base/text/python.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

std::string shown(const fs::path& target) {
  return target == "-" ? "standard output" : target.string();
}

/// Standard output gets a descriptor of its own, which may be closed like any other.
int open_stream(const fs::path& target) {
  const int descriptor = target == "-" ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
                                       : ::open(target.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0)
    throw Error(ErrorKind::results, because("cannot write " + shown(target), errno));
  return descriptor;
}

/// Does a device, pipe or socket stand there, which can be written but not replaced?
bool is_stream(const fs::path& target) {
  std::error_code ignored;
  const auto status = fs::status(target, ignored);
  return target == "-" || fs::is_other(status);
}

std::string refusal(const fs::path& target) {
  return "wanted a new file " + target.string() + ", which exists and is not overwritten";
}

}  // namespace

JsonLinesWriter::JsonLinesWriter(const std::string& target) : target_(target) {
  if (is_stream(target_)) {
    stream_ = open_stream(target_);
    return;
  }
  std::error_code ignored;
  const auto there = fs::symlink_status(target_, ignored);
  if (fs::is_directory(fs::status(target_, ignored))) {
    throw Error(ErrorKind::results,
                "wanted a file for the output, found a folder at " + target_.string());
  }
  if (fs::exists(there)) throw Error(ErrorKind::results, refusal(target_));
  if (!target_.has_filename())
    throw Error(ErrorKind::results, "wanted a file for the output, got '" + target + "'");
  file_.emplace(folder_of(target_));
}

JsonLinesWriter::~JsonLinesWriter() {
  if (stream_ >= 0) ::close(stream_);
}

void JsonLinesWriter::write(const Json& line) {
  const std::string text = json_line(line);
  if (file_) {
    file_->write(text);
  } else {
    write_all(stream_, text, shown(target_));
  }
}

void JsonLinesWriter::finish() {
  if (!file_) {
    // Some errors of a stream come only with its close.
    if (::close(std::exchange(stream_, -1)) != 0)
      throw Error(ErrorKind::results, because("cannot write " + shown(target_), errno));
    return;
  }
  file_->close();
  if (!file_->commit(target_.filename().string()))
    throw Error(ErrorKind::results, refusal(target_));
  sync_folder(folder_of(target_));
}

}  // namespace smdm
