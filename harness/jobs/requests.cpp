// --requests: JSON lines of pairs to JSON lines of estimates. Every line is a question of its own,
// unless neighbours say that they belong to one by the same "question": these share what they can.
#include "harness/jobs/requests.hpp"

#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/files/json_lines.hpp"
#include "base/text/visible.hpp"
#include "evaluators/rows/checks.hpp"
#include "harness/jobs/jobs.hpp"
#include "harness/jobs/lines_run.hpp"
#include "harness/run/encode.hpp"
#include "harness/settings/decide.hpp"
#include "harness/settings/refuse.hpp"
#include "results/run/estimate_json.hpp"

namespace smdm {
namespace {

using Ids = std::vector<std::int64_t>;

/// What the line shows behind its continuation; what it does not say, --suffix does.
Ids shown_behind(const Session& session, const InputLine& line, const Ids& usual) {
  if (line.has("suffix") && line.has("suffix_ids")) {
    throw Error(ErrorKind::data, line.where() + ": wanted \"suffix\" or \"suffix_ids\", got both");
  }
  if (line.has("suffix_ids")) return line.ids("suffix_ids");
  return line.has("suffix") ? session.text().behind(line.text("suffix")) : usual;
}

/// Behind that, masks: of a longer text of which nothing is known yet.
Ids suffix_of(const Session& session, const InputLine& line, const Ids& usual) {
  auto suffix = shown_behind(session, line, usual);
  const auto& info = session.model->info();
  check_suffix(info, suffix, line.where());
  const auto masks = line.masks_behind();
  if (masks == 0) return suffix;
  const auto* diffusion = std::get_if<MaskedDiffusion>(&info.objective);
  if (diffusion == nullptr)
    throw Error(ErrorKind::request, line.where() +
                                        ": an autoregressive model reads nothing behind the "
                                        "continuation: wanted no masks behind it, got " +
                                        std::to_string(masks));
  if (masks > static_cast<std::size_t>(info.max_tokens))
    throw Error(ErrorKind::request, line.where() + ": wanted at most " +
                                        std::to_string(info.max_tokens) + " tokens, got " +
                                        std::to_string(masks) + " masks alone");
  suffix.insert(suffix.end(), masks, diffusion->mask_id);
  return suffix;
}

TokenRequest tokens_of(const Session& session, const InputLine& line, const Ids& usual_suffix) {
  auto suffix = suffix_of(session, line, usual_suffix);
  if (line.has("context_ids") || line.has("continuation_ids")) {
    return {.context = line.ids("context_ids"),
            .continuation = line.ids("continuation_ids"),
            .suffix = std::move(suffix)};
  }
  const auto context = line.text("context");
  auto pair = session.text().pair(context, line.text("continuation"));
  return {.context = std::move(pair.context),
          .continuation = std::move(pair.continuation),
          .suffix = std::move(suffix)};
}

Questions questions_of(const Session& session,
                       const std::vector<InputLine>& lines,
                       const Ids& usual_suffix) {
  Questions questions;
  std::optional<Json> before;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto tokens = tokens_of(session, lines[i], usual_suffix);
    const auto name = lines[i].question();
    const auto name_before = std::exchange(before, name);
    if (!name || name != name_before) {
      questions.items.push_back(
          {.name = lines[i].where(), .document = {}, .asked = Request{}, .ids = {}});
      questions.first_line.push_back(i);
    }
    auto& requests = questions.items.back().ids.requests;
    if (!requests.empty() && !show_the_same(requests.front(), tokens)) {
      throw Error(ErrorKind::data, lines[i].where() +
                                       ": field \"question\": wanted the context and the suffix "
                                       "of the lines before it that have the same, got another");
    }
    requests.push_back(std::move(tokens));
  }
  return questions;
}

void check(const Questions& questions,
           const std::vector<InputLine>& lines,
           const Decided& decided,
           const ModelInfo& info) {
  for (std::size_t q = 0; q < questions.items.size(); ++q) {
    std::vector<std::string> names;
    names.reserve(questions.items[q].ids.requests.size());
    for (std::size_t k = 0; k < questions.items[q].ids.requests.size(); ++k)
      names.push_back(lines[questions.first_line[q] + k].where());
    check_item(questions.items[q], names, decided, info);
  }
}

Json answer_line(const Json& id, const Estimate& estimate, WithValues with_values) {
  Json json = {{"id", id}};
  json.update(estimate_json(estimate, with_values));
  return json;
}

}  // namespace

Questions checked_questions(const Session& session,
                            const std::vector<InputLine>& lines,
                            const Decided& decided) {
  const auto& likelihood = std::get<LikelihoodSettings>(decided.work);
  auto questions = questions_of(session, lines, suffix_ids(likelihood.suffix, session));
  check(questions, lines, decided, session.model->info());
  return questions;
}

void run_requests(const Settings& settings, ranks::Group* group) {
  const auto lines = read_input_lines(settings.requests.value());
  LinesRun run(settings, "requests", group);
  const auto& session = run.session();
  std::vector<std::string> notes;
  const auto decided = decide(settings, {}, session.checkpoint.kind, notes);
  for (const auto& note : notes) std::cerr << visible(note) << "\n";
  if (settings.racing) refuse("--racing", "--task: a race needs questions", "--requests");
  const auto questions = checked_questions(session, lines, decided);
  if (!run.leads()) return run.answer(questions.items, decided, "requests", {});
  JsonLinesWriter writer(settings.output.value_or("-"), run.existing());
  std::vector<Estimate> estimates(lines.size());
  run.answer(questions.items, decided, "requests", [&](std::size_t q, const Answer& answer) {
    const auto& of_question = std::get<Likelihoods>(answer.value).estimates;
    for (std::size_t k = 0; k < of_question.size(); ++k)
      estimates[questions.first_line[q] + k] = of_question[k];
  });
  const auto with_values = settings.values ? WithValues::yes : WithValues::no;
  for (std::size_t i = 0; i < lines.size(); ++i)
    writer.write(answer_line(lines[i].id(), estimates[i], with_values));
  run.complete([&] { writer.finish(); });
}

}  // namespace smdm
