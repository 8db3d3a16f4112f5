/// JSON documents checked against a JSON Schema (draft 7), with one line that says what is wrong.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/json.hpp"

namespace smdm {

/// What a document breaks a schema by.
struct SchemaFault {
  std::string pointer;  ///< JSON pointer of the value in the document: "/entries/3/kind"
  /// "wanted a name, got 5", in the words of the schema's titles; "wanted a field /a/b", where the
  /// pointer is that of the object which lacks it; "wanted no field /a/b".
  std::string text;
};

/// A schema whose definitions have a `title` that says what a value must be. The keywords that
/// faults are explained by are properties, required, additionalProperties, items, allOf and $ref
/// to places of the same schema; any keyword is checked.
class JsonSchema {
 public:
  /// @throws std::exception  if it is no schema
  explicit JsonSchema(const Json& schema);
  ~JsonSchema();
  JsonSchema(JsonSchema&&) noexcept;
  JsonSchema& operator=(JsonSchema&&) noexcept;
  JsonSchema(const JsonSchema&) = delete;
  JsonSchema& operator=(const JsonSchema&) = delete;

  /// What is wrong with a document as it would be written; nothing where it fits. Of several faults
  /// the deepest, and of those the first of the document's.
  [[nodiscard]] std::optional<SchemaFault> fault_of(const Json& document) const;

 private:
  struct Compiled;
  Json schema_;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace smdm
