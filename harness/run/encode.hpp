/// encode: from what documents ask, in text, to Items in ids. The limits of requests and prompts
/// are checked here and nowhere else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/run/item.hpp"
#include "harness/run/read.hpp"
#include "harness/run/session.hpp"
#include "harness/settings/decided.hpp"

namespace smdm {

/// A task that is ready to be computed.
struct ReadyTask {
  Task task;
  Decided decided;
  std::vector<Item> items;
  std::size_t documents = 0;  ///< in the whole file
  std::vector<LoadedFile> files;
  std::optional<PeriodPlace> period;
};

/// Encodes the documents of a task. Under TextPacking::stream the rows of the stream take the place
/// of documents: {"row", "text"}, the text as far as it can be decoded.
/// @throws Error(request)  naming the document, for a request or prompt that the model cannot
///                         compute
/// @throws Error(usage)    for settings that do not fit the task
[[nodiscard]] ReadyTask encode(ReadTask read, Decided decided, const Session& session);

/// The verdicts of a question, one for each of the task's metrics.
/// @throws Error(request)  naming the document, for a choice of no text, which acc_norm cannot
///                         divide by
[[nodiscard]] std::vector<RaceVerdict> race_verdicts(const TaskInfo& task,
                                                     const Question& question,
                                                     const std::string& name);

/// What stands behind every target of a task or of --requests, in ids.
/// @param suffix  as --suffix says it
/// @throws Error(checkpoint)  if the end of a text is asked for and no file says what ends one; for
///                            another text, if there is no tokenizer
[[nodiscard]] std::vector<std::int64_t> suffix_ids(const std::string& suffix,
                                                   const Session& session);

/// Checks what was encoded against the model and the settings. `encode` has done it for tasks;
/// --requests and --prompts call it for each of their Items.
/// @param names  of each request, for errors; one of a prompt
/// @throws Error(request)
/// @throws Error(usage)    if the model has no score of the kind that is asked for
void check_item(const Item& item,
                const std::vector<std::string>& names,
                const Decided& decided,
                const ModelInfo& info);

/// @param what  names what is generated, in the error
/// @throws Error(usage)  if prompt and answer together are longer than the model reads
void check_total_length(const Decided& decided, const ModelInfo& info, const std::string& what);

}  // namespace smdm
