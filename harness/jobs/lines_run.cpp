// The journal of such a job stands beside its output: only a file has one.
#include "harness/jobs/lines_run.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "base/files/paths.hpp"
#include "harness/jobs/run_parts.hpp"
#include "harness/run/progress.hpp"
#include "harness/settings/decide.hpp"
#include "results/run/writer.hpp"

namespace smdm {
namespace {

/// A journal stands beside a file alone: a stream may be gone when a run goes on.
std::optional<JournalPlace> place_of(const Settings& settings) {
  const auto output = settings.output.value_or("-");
  if (output == "-" || own_descriptor(output)) return std::nullopt;
  const auto standing = look_at(output).standing;
  if (standing != Standing::file && standing != Standing::nothing) return std::nullopt;
  return journal_beside(output);
}

/// The output, before anything is done for it: what stands there is refused at once. A run that was
/// cut off is asked later.
void check_output(const Settings& settings, const JournalPlace& place) {
  if (settings.fresh || !is_taken(place.journal)) JsonLinesWriter(settings.output.value());
}

Session opened(const Settings& settings, RunKeeper& keeper) {
  if (auto place = place_of(settings)) {
    check_output(settings, *place);
    keeper.take(std::move(*place));
  }
  auto model = model_settings(settings);
  if (keeper.resumes()) apply_decision(keeper.journal()->note("decisions").value(), model);
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
    identity.rest = {
        {"program", computer.program},
        {"model", computer.model},
        {unit_,
         {{"settings", decided.recorded}, {"lines", items.size()}, {"texts", digest_of(items)}}}};
  }
  keeper_.begin(identity, {{"decisions", decision_of(session_)}});
  auto remembered = keeper_.look_up(items, decided, session_, computer);
  keeper_.start({task_to_do(unit_, items, decided, remembered)});
  Progress progress(unit_, items.size(), counted, &keeper_.progress());
  keeper_.guard([&] {
    keeper_.compute(session_, items, decided, computer, remembered,
                    [&](std::size_t i, Answer answer) {
                      done(i, std::move(answer));
                      progress.advance();
                    });
  });
  keeper_.finish();
}

Existing LinesRun::existing() const {
  return keeper_.existing(settings_.output);
}

void LinesRun::complete(const std::function<void()>& finish) {
  keeper_.name_files(settings_.output, finish);
  keeper_.complete(date_id(std::chrono::system_clock::now()));
}

}  // namespace smdm
