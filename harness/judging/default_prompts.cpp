// Prompts for those who bring none. They ask for the score in the form that FastChat's do, [[n]],
// and are put together from parts, so that all four judge by the same words.
#include "harness/judging/prompts.hpp"

namespace smdm::judging {
namespace {

constexpr const char* kSystem =
    "You grade what chat assistants reply to people. You are strict and fair, and you do not let "
    "the length of a reply, its style or its politeness stand in for its substance.";

/// What a good reply is.
constexpr const char* kOpen =
    "Consider whether it does what was asked, whether what it says holds, whether it goes as deep "
    "as the matter needs, whether it has ideas of its own where these are wanted, and whether a "
    "reader gets along with it easily.";
constexpr const char* kSolved =
    "A solution that is known to be right is given too. Work out first where the reply departs "
    "from "
    "it and which of its steps or results are mistaken. Another way to the right result is as "
    "good; "
    "a wrong result is a serious fault, however well it is argued.";

/// How the score is to be written.
constexpr const char* kScore =
    "Give your reasons in a few sentences. Then end with a line that has your score, from 1 (of no "
    "use) to 10 (nothing to improve), in double square brackets, as in this line:\nScore: [[4]]";

std::string part(const std::string& title, const std::string& content) {
  return "\n\n=== " + title + " ===\n" + content;
}

std::string first_turn(const std::string& solution) {
  return std::string("Grade the assistant's reply to the request below. ") +
         (solution.empty() ? kOpen : kSolved) + " " + kScore + part("Request", "{question}") +
         solution + part("Reply of the assistant", "{answer}") + part("End", "");
}

std::string second_turn(const std::string& solutions) {
  return std::string(
             "Below is a conversation of two requests and two replies. Grade the second reply "
             "alone; the first is there because the second request may build on it. ") +
         (solutions.empty() ? kOpen : kSolved) + " " + kScore + solutions +
         part("First request", "{question_1}") + part("First reply", "{answer_1}") +
         part("Second request", "{question_2}") + part("Second reply, to be graded", "{answer_2}") +
         part("End", "");
}

}  // namespace

JudgePrompts default_prompts() {
  return {{{{.name = "smdm-single-v1", .system = kSystem, .text = first_turn("")},
            {.name = "smdm-single-math-v1",
             .system = kSystem,
             .text = first_turn(part("Solution", "{ref_answer_1}"))},
            {.name = "smdm-single-v1-multi-turn", .system = kSystem, .text = second_turn("")},
            {.name = "smdm-single-math-v1-multi-turn",
             .system = kSystem,
             .text = second_turn(part("Solution of the first request", "{ref_answer_1}") +
                                 part("Solution of the second request", "{ref_answer_2}"))}}}};
}

}  // namespace smdm::judging
