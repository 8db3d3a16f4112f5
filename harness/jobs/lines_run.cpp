#include "harness/jobs/lines_run.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "base/files/paths.hpp"
#include "harness/run/progress.hpp"
#include "harness/settings/decide.hpp"
#include "results/run/writer.hpp"

namespace smdm {
namespace {

constexpr const char* kComplete = "complete";

/// A journal stands beside a file alone: a stream may be gone when a run goes on.
std::optional<JournalPlace> place_of(const Settings& settings) {
  const auto output = settings.output.value_or("-");
  if (output == "-" || own_descriptor(output)) return std::nullopt;
  const auto standing = look_at(output).standing;
  if (standing != Standing::file && standing != Standing::nothing) return std::nullopt;
  return journal_beside(output);
}

Session opened(const Settings& settings, RunKeeper& keeper) {
  if (auto place = place_of(settings)) keeper.take(std::move(*place));
  auto model = model_settings(settings);
  if (keeper.resumes()) {
    const auto dtype = keeper.journal()->note("dtype").value().get<std::string>();
    if (!model.compute) model.compute = value_named(kAllComputeTypes, dtype);
  }
  auto session = open_session(model);
  print_notes(session);
  return session;
}

}  // namespace

LinesRun::LinesRun(const Settings& settings, std::string unit)
    : settings_(settings),
      unit_(std::move(unit)),
      keeper_(settings),
      session_(opened(settings, keeper_)) {}

void LinesRun::answer(std::span<const Item> items,
                      const Decided& decided,
                      const std::string& counted,
                      const AnswerDone& done) {
  Computer computer;
  RunIdentity identity;
  if (keeper_.remembers()) {
    computer = computer_of(session_, session_.identity());
    identity.machine = computer.machine;
    identity.rest = {{"program", computer.program},
                     {"model", computer.model},
                     {unit_, {{"settings", decided.recorded},
                              {"lines", items.size()},
                              {"texts", digest_of(items)}}}};
  }
  keeper_.begin(identity,
                {{"dtype", name_of(kAllComputeTypes, session_.model->info().compute)}});
  auto remembered = keeper_.look_up(items, decided, session_, computer);
  keeper_.start({task_to_do(unit_, items, decided, remembered)});
  Progress progress(unit_, items.size(), counted, &keeper_.progress());
  keeper_.compute(session_, items, decided, computer, remembered, [&](std::size_t i, Answer answer) {
    done(i, std::move(answer));
    progress.advance();
  });
  keeper_.finish();
}

Existing LinesRun::existing() const {
  const bool named = keeper_.resumes() && keeper_.journal()->note(kComplete).has_value();
  return named ? Existing::replace : Existing::keep;
}

void LinesRun::complete(const std::function<void()>& finish) {
  if (keeper_.journal() != nullptr) keeper_.journal()->set_note(kComplete, true);
  finish();
  keeper_.complete(date_id(std::chrono::system_clock::now()));
}

}  // namespace smdm
