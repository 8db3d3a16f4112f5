#include "base/files/line_log.hpp"

#include <cerrno>
#include <utility>

#include <unistd.h>

#include "base/error.hpp"
#include "base/files/output.hpp"
#include "base/files/paths.hpp"
#include "base/files/read.hpp"

namespace smdm {
namespace {

Descriptor opened(const std::filesystem::path& path) {
  if (is_absent(path)) write_output(path, "");
  return open_to_append(path);
}

}  // namespace

LineLog::LineLog(std::filesystem::path path) : path_(std::move(path)), file_(opened(path_)) {}

void LineLog::add(std::string_view line) {
  write_all(file_.number(), std::string(line) + "\n", path_.string());
  if (::fdatasync(file_.number()) != 0)
    throw Error(ErrorKind::results, because("cannot write " + path_.string(), errno));
}

std::vector<std::string> read_line_log(const std::filesystem::path& path) {
  const auto text = read_file_if_there(path, ErrorKind::results).value_or("");
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (begin < text.size()) write_output(path, text.substr(0, begin), Existing::replace);
  return lines;
}

}  // namespace smdm
