#include "base/files/json_lines.hpp"

#include "base/error.hpp"
#include "base/text/python.hpp"

namespace smdm {
namespace {

constexpr const char* kStandardOutput = "standard output";

}  // namespace

JsonLinesWriter::JsonLinesWriter(const std::string& target, Existing existing) {
  if (target == "-") {
    standard_output_ = open_standard_output();
  } else {
    file_.emplace(target, existing);
  }
}

void JsonLinesWriter::write(const Json& line) {
  const std::string text = json_line(line);
  if (file_) {
    file_->write(text);
  } else {
    write_all(standard_output_.number(), text, kStandardOutput);
  }
}

void JsonLinesWriter::finish() {
  if (file_) return file_->finish();
  // Some errors of a stream come only with its close.
  if (const int failure = standard_output_.close(); failure != 0)
    throw Error(ErrorKind::results,
                because(std::string("cannot write ") + kStandardOutput, failure));
}

}  // namespace smdm
