/// `--dry-run`: what would be computed, and about how long it would take.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "harness/prepared_task.hpp"

namespace smdm {

/// A task with some of its documents, spread evenly over it.
/// @param count  at least 1; all of them if there are no more
[[nodiscard]] PreparedTask some_documents(const PreparedTask& task, std::size_t count);

/// A table with a row per task: documents, requests, rows, tokens and seconds.
///
/// Rows and tokens of likelihoods are counted without the model (count_work), those of races and of
/// generations are extrapolated, as seconds are, from a few documents that are computed for the
/// purpose.
[[nodiscard]] std::string dry_run_table(std::span<const PreparedTask> tasks,
                                        const Session& session,
                                        const Settings& settings);

}  // namespace smdm
