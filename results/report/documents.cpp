// What a reader without JavaScript sees of the documents: the first ones of each task, in full but
// for texts of thousands of characters.
#include <algorithm>

#include "base/text/utf8.hpp"
#include "results/report/document.hpp"
#include "results/report/sections.hpp"

namespace smdm::report {
namespace {

/// Bytes of a text that stand in the page; all of it stands in the packed documents.
constexpr std::size_t kPlainText = 2000;

/// The text, cut between characters where it is long.
std::string shortened(const std::string& whole) {
  if (whole.size() <= kPlainText) return whole;
  std::size_t at = 0;
  while (at < kPlainText) at += unicode::character_at(whole, at).bytes;
  return whole.substr(0, at) + " […]";
}

Html passage(const char* label, const std::optional<std::string>& words) {
  if (!words) return {};
  Html content;
  content << tag("b", {}, label) << text(" ") << run_text("span", shortened(*words));
  return tag("p", {{"class", "passage"}}, content);
}

Html sign(const std::string& words, const char* kind = "sign") {
  return tag("span", {{"class", kind}}, words);
}

/// What there is to say of an answer in a word or two; never by colour alone.
Html signs_of(const DocumentRun& run) {
  Html signs;
  if (run.correct)
    signs << (*run.correct ? sign("✓ right", "sign good") : sign("✗ wrong", "sign bad"));
  if (!run.correct && run.value) signs << sign(number_text(run.value));
  if (run.undecided) signs << sign("≈ undecided");
  if (run.missed) signs << sign("± target missed");
  return tag("span", {{"class", "signs"}}, signs);
}

Html score_row(const Document& document, const DocumentRun& run, std::size_t choice) {
  std::string words = std::to_string(choice);
  if (choice < document.choices.size()) words = shortened(document.choices[choice]);
  std::string marks;
  const bool is_gold = run.scores.size() > 1 && document.gold == choice;
  if (is_gold) marks += " (right)";
  if (run.picked == choice) marks += " (picked)";
  auto score = number_text(run.scores[choice]);
  const auto& error = run.errors[choice];
  if (error && *error > 0.0) score += " ± " + number_text(error);
  Html name;
  name << run_text("span", words) << text(marks);
  Html cells;
  cells << tag("th", {{"scope", "row"}}, name) << tag("td", {{"class", "number"}}, score);
  const auto& any_order = run.any_order[choice];
  cells << tag("td", {{"class", "number"}}, any_order ? number_text(any_order) : "");
  std::string kind = is_gold ? "gold" : "";
  if (run.picked == choice) kind += kind.empty() ? "picked" : " picked";
  return tag("tr", kind.empty() ? Attributes{} : Attributes{{"class", kind}}, cells);
}

/// A row for each request: its log-likelihood with its Monte Carlo error, nats.
Html scores_table(const Document& document, const DocumentRun& run) {
  if (run.scores.empty()) return {};
  Html heads;
  for (const char* head : {"Choice", "Nats", "Any-order"})
    heads << tag("th", {{"scope", "col"}}, head);
  Html rows;
  for (std::size_t choice = 0; choice < run.scores.size(); ++choice)
    rows << score_row(document, run, choice);
  Html content;
  content << tag("thead", {}, tag("tr", {}, heads)) << tag("tbody", {}, rows);
  return tag("table", {{"class", "scores"}}, content);
}

Html answer(const Report& report, const Document& document, const DocumentRun& run) {
  Html head;
  head << run_text("span", label_of(report, run.run)) << text(" ") << signs_of(run);
  Html content;
  content << tag("h5", {}, head) << scores_table(document, run);
  if (run.generation)
    content << tag("div", {{"class", "generation"}}, run_text("span", shortened(*run.generation)));
  content << passage("Extracted", run.extracted);
  if (!run.trace.empty())
    content << tag(
        "p", {{"class", "note"}},
        std::to_string(run.trace.size()) + " tokens were traced; JavaScript shows in which order.");
  return tag("section", {{"class", "answer"}}, content);
}

Html article(const Report& report, const Task& task, const Document& document) {
  const auto id = "d-" + task.id + "-" + std::to_string(document.number);
  Html title;
  title << tag("a", {{"href", "#" + id}}, "#" + std::to_string(document.number));
  Html answers;
  for (const auto& run : document.runs) answers << answer(report, document, run);
  Html content;
  content << tag("header", {}, tag("h4", {}, title)) << passage("Prompt", document.prompt)
          << passage("Target", document.target) << tag("div", {{"class", "answers"}}, answers);
  return tag("article", {{"class", "document"}, {"id", id}}, content);
}

std::string count_text(const Task& task, std::size_t plain, std::size_t shown) {
  auto words = std::to_string(plain) + " of " + std::to_string(task.documents) + " documents.";
  if (shown > plain) words += " JavaScript shows " + std::to_string(shown) + ".";
  return words;
}

Html task_documents(const Report& report, const Task& task) {
  const auto numbers = shown_documents(report, task);
  const auto plain = std::min(kPlainDocuments, numbers.size());
  Html content;
  content << tag("h3", {}, run_text("span", task.name))
          << tag("p", {{"class", "quiet"}}, count_text(task, plain, numbers.size()));
  for (std::size_t i = 0; i < plain; ++i)
    content << article(report, task, document_of(report, task, numbers[i]));
  return tag("section", {{"class", "task-documents"}, {"data-task", task.id}}, content);
}

/// What the reader should know of what is there and what is not.
Html notes(const Report& report) {
  Html html;
  if (!report.texts)
    html << tag("p", {{"class", "note"}},
                "Prompts, choices, targets and generations are left out (--texts off): benchmarks "
                "have licences, and what stands on the web is trained on.");
  for (const auto& run : report.runs) {
    if (run.no_traces)
      html << run_text("p", "Steps of " + run.label + " are not shown: " + *run.no_traces + ".");
  }
  return html;
}

}  // namespace

Html documents_section(const Report& report) {
  Html content;
  content << tag("h2", {}, "Documents");
  if (report.documents.kind == Documents::Kind::none) {
    content << tag("p", {{"class", "absent"}}, "Documents are left out (--documents none).");
  } else if (report.tasks.empty()) {
    content << tag("p", {{"class", "absent"}}, "No run is complete, so that there are none.");
  } else {
    content << notes(report);
    for (const auto& task : report.tasks) content << task_documents(report, task);
  }
  return tag("section", {{"id", "documents"}}, content);
}

}  // namespace smdm::report
