/// One line of a document file as a JSON object, and errors that say where it stood.
#pragma once

#include <string>

#include "base/error.hpp"
#include "base/json.hpp"

namespace smdm {

/// Numbers are as parse_json() gives them: those that no type of ours holds keep their spelling.
/// @throws Error(data)  if the line is not a JSON object
[[nodiscard]] Json parse_object(const std::string& line);

/// Adds file and line to whatever `work` complains about.
template <typename Work>
auto located_errors(const std::string& where, const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    throw Error(ErrorKind::data, where + ": " + error.what());
  }
}

}  // namespace smdm
