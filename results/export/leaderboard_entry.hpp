/// Entries of a leaderboard: the JSON objects that leaderboard.json holds, one per metric of a task
/// of a run. Their fields stand in leaderboard_fields.cpp.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "results/run/facts.hpp"

namespace smdm {

/// The entries of a run.
/// @param folder  that the leaderboard is in: paths of samples files are relative to it
/// @throws Error(results)  if a samples file cannot be read, or with the results file, if a field
///                         of it cannot stand in an entry
[[nodiscard]] std::vector<Json> leaderboard_entries(const Facts& run,
                                                    const std::filesystem::path& folder);

/// The entry with its fields as they stand in the table of fields. REQUIRES: it has them all
[[nodiscard]] Json in_schema_order(const Json& entry);

/// What makes two entries the same measurement: model, data, task, metric, settings, seed, program
/// and machine.
[[nodiscard]] std::string entry_identity(const Json& entry);

/// Gives an entry out of a file of schema 1 the results that schema 2 added, from the same
/// measurement exported again.
void fill_unknown_results(Json& entry, const Json& again);

/// Which results of two entries of one measurement differ: "value, samples"; empty for none. Time,
/// date, path and command line may.
[[nodiscard]] std::string differing_results(const Json& a, const Json& b);

/// Whether an entry stands in the table of embedded runs, whose data are invented.
[[nodiscard]] bool is_embedded(const Json& entry);

}  // namespace smdm
