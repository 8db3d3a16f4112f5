// Judgments are in the journal first and in the output at the end. Where both have one, that of the
// journal is newer: it was asked for again.
#include "harness/judging/store.hpp"

#include <map>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/files/atomic.hpp"
#include "base/files/output.hpp"
#include "base/files/paths.hpp"
#include "base/text/json_text.hpp"

namespace smdm::judging {
namespace {

namespace fs = std::filesystem;

constexpr const char* kJournal = ".journal.jsonl";

fs::path beside(const fs::path& output, const char* end) {
  return output.string() + end;
}

/// A file, or nothing there: whatever else could stand there cannot be gone on with.
fs::path checked(fs::path output) {
  const auto state = look_at(output);
  if (state.standing != Standing::file && state.standing != Standing::nothing)
    throw Error(ErrorKind::results,
                "--output: wanted a file, got " + output.string() + ": " + in_words(state));
  check_writable(folder_of(output));
  return output;
}

std::string key_of(const Json& question, int turn) {
  return id_text(question) + " " + std::to_string(turn);
}

[[noreturn]] void refuse(const std::string& where, const std::string& text) {
  throw Error(ErrorKind::results, where + ": " + text);
}

}  // namespace

bool is_begun(const fs::path& output) {
  return !is_absent(output) || !is_absent(beside(output, kJournal));
}

JudgmentStore::JudgmentStore(fs::path output, const Plan& plan, const Judge& judge)
    : plan_(plan),
      judge_(judge),
      output_(checked(std::move(output))),
      journal_(beside(output_, kJournal)),
      lock_(beside(output_, ".lock"), output_.string()),
      judgments_(plan.asked.size()) {
  for (const auto& file : {output_, journal_}) read_file_of(file, read_line_log(file));
}

void JudgmentStore::read_file_of(const fs::path& path, const std::vector<std::string>& lines) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < plan_.asked.size(); ++i)
    places[key_of(plan_.asked[i].question_id, plan_.asked[i].turn)] = i;
  std::size_t number = 0;
  for (const auto& line : lines) {
    const auto where = path.string() + ":" + std::to_string(++number);
    auto there = judgment_from(FastChatRow(line, where, ErrorKind::results));
    const auto place = places.find(key_of(there.question_id, there.turn));
    if (place == places.end())
      refuse(where,
             "wanted judgments of the questions and answers that are given, got one of "
             "question " +
                 id_text(there.question_id) + ", turn " + std::to_string(there.turn) +
                 ", which is none of them");
    const auto& asked = plan_.asked[place->second];
    if (const auto text = difference(there, unjudged(asked, plan_.model, judge_)))
      refuse(where, name_of(asked) + ": wanted what this command would ask, got another (" + *text +
                        "); another --output keeps both");
    judgments_[place->second] = std::move(there);
  }
}

void JudgmentStore::add(std::size_t asked, Judgment judgment) {
  if (!log_) log_ = std::make_unique<LineLog>(journal_);
  log_->add(json_text(judgment_json(judgment)));
  judgments_.at(asked) = std::move(judgment);
}

void JudgmentStore::finish() {
  if (is_absent(journal_) && is_file(output_)) return;
  std::string lines;
  for (const auto& judgment : judgments_) {
    if (judgment) lines += json_text(judgment_json(*judgment)) + "\n";
  }
  write_output(output_, lines, Existing::replace);
  log_.reset();
  remove_quietly(journal_);
}

}  // namespace smdm::judging
