/// What the settings say about documents: where they lie, and which of them are evaluated.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "harness/settings/table.hpp"
#include "tasks/data/dated_corpus.hpp"

namespace smdm {

struct DataSettings {
  std::filesystem::path root;                        ///< --data
  std::optional<double> limit = {};                  ///< --limit: a count, or a fraction below 1
  CorpusQuery corpus = {};                           ///< of dated corpora
  std::optional<std::string> reference_period = {};  ///< likewise; empty: the earliest
};

/// @throws Error(usage)  for options of dated corpora that do not fit together, or a bad --limit
[[nodiscard]] DataSettings data_settings(const Settings& settings);

/// What the settings say about a dated corpus.
/// @throws Error(usage)
[[nodiscard]] CorpusQuery corpus_query(const Settings& settings);

/// How many of `documents` --limit leaves: a count, or a fraction below 1, rounded up.
/// @throws Error(usage)  if it is not positive
[[nodiscard]] std::size_t limited(std::size_t documents, const std::optional<double>& limit);

}  // namespace smdm
