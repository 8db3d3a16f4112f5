/// What a measurement shows: a table for people and, where a file was named, the same as JSON.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/files/output.hpp"
#include "base/json.hpp"
#include "results/show/table.hpp"

namespace smdm {

/// Opened before anything is measured, so that nobody waits for what cannot be written.
class Figures {
 public:
  /// @param json  a file, which is replaced; empty: none
  /// @throws Error(results)  if it cannot be written
  explicit Figures(const std::string& json);

  /// Prints the table below the line that says what it is of, and writes the file: "about", and
  /// "rows", an object for each row by the columns' titles. Cells that are numbers are numbers
  /// there, with the digits that the table has.
  /// @param more  an object whose fields stand in the file beside these
  void show(const std::string& about,
            std::span<const Column> columns,
            std::span<const std::vector<std::string>> rows,
            const Json& more = Json::object());

 private:
  std::optional<OutputFile> file_;
};

}  // namespace smdm
