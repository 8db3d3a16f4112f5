/// Word problems of one or two steps with one-digit operands, in the form of GSM8K.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "microworld/json.hpp"
#include "microworld/random.hpp"

namespace smdm::microworld {

/// A start and what is added to it: 2..9, then one or two of -9..9 without 0, all sums 0..27.
struct Chain {
  int start = 0;
  std::vector<int> steps;
};

struct WordProblem {
  Chain chain;
  std::string question;
  std::vector<std::string> equations;  ///< "6+3=9"
  int result = 0;
};

/// Problems whose chain belongs to the split: half of them have one step, half two.
/// @return no two test problems with the same text
/// @throws Error(usage)  if the split has too few different ones for `count`
[[nodiscard]] std::vector<WordProblem> word_problems(std::uint64_t seed,
                                                     Split split,
                                                     std::size_t count);

/// {"prompt": "Question: ...", "answer": " Answer: 6+3=9 9-2=7 #### 7"}
[[nodiscard]] Json training_row(const WordProblem& problem);

/// {"question": ..., "answer": "6+3=9\n9-2=7\n#### 7"}
[[nodiscard]] Json test_row(const WordProblem& problem);

/// Conversations of two turns, each of which asks a test problem of one step in the words of the
/// training rows, so that both fit into the embedded models' context: lines of FastChat's question
/// files, with the results as their references.
/// @param problems  of the test split, as word_problems() gives them: at least 4 a conversation
[[nodiscard]] std::vector<Json> dialogue_rows(const std::vector<WordProblem>& problems,
                                              std::size_t count);

}  // namespace smdm::microworld
