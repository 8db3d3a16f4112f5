// The journal of such a job stands beside its output: only a file has one.
#include "harness/jobs/lines_run.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "base/files/paths.hpp"
#include "harness/jobs/run_parts.hpp"
#include "harness/ranks/agreement.hpp"
#include "harness/ranks/shared_work.hpp"
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

/// What a rank above 0 does without: files are rank 0's.
Settings own_settings(Settings settings, const ranks::Group* group) {
  if (group == nullptr || group->leads()) return settings;
  settings.output = "-";
  settings.cache.reset();
  if (settings.device == "cuda") settings.device = "auto";  // rank 0 says which kind
  return settings;
}

/// What rank 0 decides before anything is loaded.
Json shared_decision(ModelSettings model, ranks::Group& group) {
  if (!group.leads()) return ranks::awaited_decisions(group, ranks::kEarlyDecisions).at("model");
  model.sharers = group.local_size();
  auto decision = decision_of(open_unloaded(model));
  group.tell(ranks::kEarlyDecisions, {{"model", decision}});
  return decision;
}

Session opened(const Settings& settings, RunKeeper& keeper, ranks::Group* group) {
  if (auto place = place_of(settings)) {
    check_output(settings, *place);
    keeper.take(std::move(*place));
  }
  auto model = model_settings(settings);
  if (keeper.resumes()) apply_decision(keeper.journal()->note("decisions").value(), model);
  if (group != nullptr) apply_decision(shared_decision(model, *group), model);
  auto session = open_session(model);
  print_notes(session);
  return session;
}

}  // namespace

LinesRun::LinesRun(const Settings& settings, std::string unit, ranks::Group* group)
    : settings_(own_settings(settings, group)),
      unit_(std::move(unit)),
      group_(group),
      keeper_(settings_),
      session_(opened(settings_, keeper_, group)) {}

Json LinesRun::identity_of_model() const {
  if (group_ == nullptr) return session_.identity();
  ranks::NodeDigests digests(*group_);
  auto identity = session_.identity(digests.function());
  digests.finish();
  return identity;
}

RunIdentity LinesRun::identity_of(std::span<const Item> items,
                                  const Decided& decided,
                                  const Computer& computer) const {
  Json asked = {
      {"settings", decided.recorded}, {"lines", items.size()}, {"texts", digest_of(items)}};
  return {.machine = computer.machine,
          .rest = {
              {"program", computer.program}, {"model", computer.model}, {unit_, std::move(asked)}}};
}

void LinesRun::answer(std::span<const Item> items,
                      const Decided& decided,
                      const std::string& counted,
                      const AnswerDone& done) {
  Computer computer;
  RunIdentity identity;
  if (keeper_.remembers() || group_ != nullptr) {
    computer = computer_of(session_, identity_of_model());
    identity = identity_of(items, decided, computer);
  }
  const ranks::SharedTask shared = {.session = &session_, .items = items, .decided = decided};
  if (!leads()) {
    ranks::agree_with_leader(*group_, identity);
    return ranks::serve(*group_, std::span(&shared, 1));
  }
  const Json decisions = decision_of(session_);
  if (group_ != nullptr) ranks::agree(*group_, {{"model", decisions}}, identity);
  keeper_.begin(identity, {{"decisions", decisions}});
  auto remembered = keeper_.look_up(items, decided, session_, computer);
  keeper_.start({task_to_do(unit_, items, decided, remembered)});
  if (group_ != nullptr)
    keeper_.share(*group_,
                  {{.task = shared, .remembered = &remembered, .weights = computer.weights}});
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
  if (group_ != nullptr) group_->leave(keeper_.silent_ranks());
  keeper_.complete(date_id(std::chrono::system_clock::now()));
}

}  // namespace smdm
