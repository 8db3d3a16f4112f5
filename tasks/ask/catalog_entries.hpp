/// Every task of the catalogue, one function each, defined in the file of its name.
#pragma once

#include "tasks/ask/task.hpp"

namespace smdm {

[[nodiscard]] MultipleChoice hellaswag();
[[nodiscard]] MultipleChoice openbookqa();
[[nodiscard]] MultipleChoice arc_easy();
[[nodiscard]] MultipleChoice arc_challenge();
[[nodiscard]] MultipleChoice boolq();
[[nodiscard]] MultipleChoice piqa();
[[nodiscard]] MultipleChoice social_iqa();
[[nodiscard]] MultipleChoice race();
[[nodiscard]] Cloze lambada_standard();
[[nodiscard]] Cloze lambada_openai();
[[nodiscard]] OpenAnswer gsm8k();
[[nodiscard]] OpenAnswer reverse_curse_d2n();
[[nodiscard]] OpenAnswer reverse_curse_n2d();
[[nodiscard]] OpenAnswer reverse_curse_d2n_reverse();
[[nodiscard]] OpenAnswer reverse_curse_n2d_reverse();
[[nodiscard]] DatedCorpus temporal_shift();
[[nodiscard]] OpenAnswer infill();
[[nodiscard]] Conversation mt_bench();
[[nodiscard]] OpenAnswer line_copy();
[[nodiscard]] OpenAnswer line_reverse();
[[nodiscard]] OpenAnswer line_shuffle();

}  // namespace smdm
