// Links are followed one by one, and not by the system: a rename onto a link would replace it, and
// a link of the system's that means an open file ("/dev/stdout") has to be told from one that means
// a name.
#include "base/files/output.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files/paths.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const fs::path& target, int code) {
  throw Error(ErrorKind::results, because("cannot write " + target.string(), code));
}

[[noreturn]] void refuse_existing(const fs::path& target) {
  throw Error(ErrorKind::results,
              "wanted a new file " + target.string() + ", which exists and is not overwritten");
}

/// A descriptor that may be closed apart from the one it repeats.
Descriptor repeated(int number, const fs::path& target) {
  if (!may_write(number)) cannot_write(target, EBADF);
  Descriptor copy(::fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!copy.is_open()) cannot_write(target, errno);
  return copy;
}

Descriptor open_stream(const fs::path& path, const fs::path& target) {
  Descriptor stream(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!stream.is_open()) cannot_write(target, errno);
  return stream;
}

/// @throws Error(results)  if a file at the place cannot become the output
void check_place(const fs::path& place, const fs::path& target, Existing existing) {
  const auto state = look_at(place);
  if (state.standing == Standing::folder)
    throw Error(ErrorKind::results,
                "wanted a file for the output, found a folder at " + target.string());
  if (state.standing == Standing::unknown) cannot_write(target, state.code);
  if (!target.has_filename())
    throw Error(ErrorKind::results, "wanted a file for the output, got '" + target.string() + "'");
  // A link that leads nowhere counts as a file that exists.
  if (existing == Existing::keep && is_taken(target)) refuse_existing(target);
}

}  // namespace

OutputFile::OutputFile(fs::path target, Existing existing)
    : target_(std::move(target)), existing_(existing) {
  place_ = behind_links(target_, ErrorKind::results);
  if (const auto descriptor = own_descriptor(place_)) {
    stream_ = repeated(*descriptor, target_);
  } else if (look_at(place_).standing == Standing::other) {
    stream_ = open_stream(place_, target_);
  } else {
    check_place(place_, target_, existing);
    file_.emplace(folder_of(place_));
    remove_abandoned(folder_of(place_));
  }
}

void OutputFile::write(std::string_view bytes) {
  if (file_) {
    file_->write(bytes);
  } else {
    write_all(stream_.number(), bytes, target_.string());
  }
}

void OutputFile::close() {
  closed_ = true;
  if (file_) return file_->close();
  // Some errors of a stream come only with its close.
  if (const int failure = stream_.close(); failure != 0) cannot_write(target_, failure);
}

void OutputFile::finish() {
  if (!closed_) close();
  if (!file_) return;
  if (!file_->commit(place_.filename().string(), existing_)) refuse_existing(target_);
  sync_folder(folder_of(place_));
}

Descriptor open_standard_output() {
  return repeated(STDOUT_FILENO, "standard output");
}

Descriptor open_to_append(const fs::path& path) {
  Descriptor opened(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!opened.is_open()) cannot_write(path, errno);
  return opened;
}

void write_output(const fs::path& path, std::string_view content, Existing existing) {
  OutputFile output(path, existing);
  output.write(content);
  output.finish();
}

}  // namespace smdm
