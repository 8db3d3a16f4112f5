/// Documents of a task in packed pieces, which a page opens when it needs them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "results/report/document.hpp"

namespace smdm::report {

/// Documents of a chunk.
inline constexpr std::size_t kChunk = 500;

struct Chunk {
  std::string task = {};  ///< "t0"
  std::size_t first = 0;  ///< number of its first document
  std::size_t last = 0;   ///< and of its last one
  std::size_t count = 0;
  std::size_t bytes = 0;    ///< of the JSON
  std::string packed = {};  ///< base64 of the JSON as gzip
};

/// {"strings": [...], "documents": [...]}: each text stands once among the strings, and documents
/// have its index (docs/report.md).
[[nodiscard]] Json chunk_json(const Report& report, std::span<const Document> documents);

/// The documents that the report holds of a task, kChunk each.
[[nodiscard]] std::vector<Chunk> chunks_of(const Report& report, const Task& task);

}  // namespace smdm::report
