/// Facts about entities, asked with a prompt that a completion answers: which completions a prompt
/// could have had if it were about another entity.
#pragma once

#include <span>

#include "base/json.hpp"
#include "tasks/data/dataset.hpp"

namespace smdm {

/// For prompts that describe an entity and completions that name it. Documents gain "entity", the
/// name, and "candidates", the names of all entities in the order of their code points.
[[nodiscard]] WholeSet ranked_names();

/// For prompts that name an entity, as the companion's completions do, and completions that
/// describe it. Documents gain "entity" and "candidates": of every entity the completion of the
/// same prompt with its name in it (of one that has no such prompt, its first in the order of code
/// points), without those of other entities that say the same, in the order of code points.
///
/// Neither depends on the order of the documents.
[[nodiscard]] WholeSet ranked_descriptions();

}  // namespace smdm
