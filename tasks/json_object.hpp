/// One line of a document file as a JSON object, and errors that say where it stood.
#pragma once

#include <string>

#include "tasks/dataset_error.hpp"
#include "tasks/json.hpp"

namespace smdm {

/// @throws DatasetError  if the line is not a JSON object
[[nodiscard]] Json parse_object(const std::string& line);

/// Adds file and line to whatever `work` complains about.
template <typename Work>
auto located_errors(const std::string& where, const Work& work) {
  try {
    return work();
  } catch (const DatasetError& error) {
    throw DatasetError(where + ": " + error.what());
  }
}

}  // namespace smdm
