/// The lines of --requests as Items.
#pragma once

#include <cstddef>
#include <vector>

#include "harness/jobs/input_lines.hpp"
#include "harness/run/item.hpp"
#include "harness/run/session.hpp"
#include "harness/settings/decided.hpp"

namespace smdm {

/// One Item for each question, with the lines that it answers.
struct Questions {
  std::vector<Item> items;
  std::vector<std::size_t> first_line;  ///< of each Item
};

/// Encodes lines; neighbours of one "question" are one Item.
/// @param session  its model may be unloaded
/// @throws Error(data)        for fields that are missing or wrong, and for lines of one question
///                            with several contexts
/// @throws Error(request)     for a line that the model cannot compute
/// @throws Error(checkpoint)  for text, if there is no tokenizer
[[nodiscard]] Questions checked_questions(const Session& session,
                                          const std::vector<InputLine>& lines,
                                          const Decided& decided);

}  // namespace smdm
