// What is kept is on the disk before anybody is told of it: every way out of the work, good or bad,
// first waits for the writers.
#include "harness/jobs/run_keeper.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "base/error.hpp"
#include "base/files/atomic.hpp"
#include "base/files/paths.hpp"
#include "base/text/numbers.hpp"
#include "base/text/shell.hpp"
#include "base/text/visible.hpp"
#include "harness/run/expected_cost.hpp"
#include "harness/run/forward_hook.hpp"
#include "harness/settings/refuse.hpp"

namespace smdm {
namespace {

/// The note of a file that is just getting its name.
constexpr const char* kNamed = "named";

/// The command that goes on: the same, but it does not start over.
std::string command_of(std::vector<std::string> arguments) {
  std::erase(arguments, "--fresh");
  return shell_command("smdm-eval", arguments);
}

bool succeeds(const std::function<void()>& work) noexcept {
  try {
    work();
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

std::string share_of(std::size_t done, std::size_t all) {
  const double percent =
      all == 0 ? 100.0 : 100.0 * static_cast<double>(done) / static_cast<double>(all);
  return fixed_text(percent, 0) + " % of " + std::to_string(all) + " documents";
}

/// Seconds of work that were in flight when the run before ended: from its last answer to its last
/// sign of life.
double seconds_lost(const std::optional<Json>& progress, std::int64_t newest) {
  if (!progress || !progress->contains("updated_s")) return 0.0;
  const auto& updated = progress->at("updated_s");
  if (!updated.is_number()) return 0.0;
  return std::max(updated.get<double>() - static_cast<double>(newest), 0.0);
}

/// In a folder that is made where it is missing. "~/" means the same here as to a shell, which does
/// not see configuration files.
std::filesystem::path cache_file(const std::string& asked) {
  if (asked.empty()) refuse("--cache", "a file", "''");
  const char* home = std::getenv("HOME");
  const bool below_home = asked.starts_with("~/") && home != nullptr;
  std::filesystem::path file = below_home ? home + asked.substr(1) : asked;
  make_folder(folder_of(file));
  return file;
}

}  // namespace

Json asked_of(const Settings& settings) {
  Json asked = Json::object();
  for (const auto& setting : all_settings()) {
    const auto name = name_of(setting);
    const bool counts = setting.effect == Effect::number || name == "task" || name == "model" ||
                        name == "model-size" || name == "tokenizer" || name == "data" ||
                        name == "repeat" || name == "requests" || name == "prompts";
    if (counts && is_given(setting, settings)) asked[name] = read(setting, settings);
  }
  return asked;
}

RunKeeper::RunKeeper(const Settings& settings)
    : fresh_(settings.fresh),
      elsewhere_(settings.resume_elsewhere),
      keeps_(settings.keep_journal),
      arguments_(settings.arguments) {
  if (!settings.cache) return;
  const auto file = cache_file(*settings.cache);
  cache_ = std::make_unique<AnswerStore>(file, StoreKind::cache);
  if (is_on_network(file)) {
    std::cerr << visible(file.string())
              << ": lies on a network file system, where processes that share a cache may be slow "
                 "or fail: a local disk is better\n";
  }
}

RunKeeper::~RunKeeper() = default;

void RunKeeper::take(JournalPlace place) {
  journal_ = std::make_unique<RunJournal>(std::move(place), fresh_);
}

void RunKeeper::begin(const RunIdentity& identity, const Json& first_notes) {
  std::vector<Json> others;
  signals_.emplace();
  if (journal_) others = journal_->begin(identity, first_notes, elsewhere_);
  memory_ = std::make_unique<Memory>(
      journal_ ? &journal_->answers() : nullptr, cache_.get(), std::move(others),
      [this] { tick(); }, [this] { cut(); });
}

Remembered RunKeeper::look_up(std::span<const Item> items,
                              const Decided& decided,
                              const Session& session,
                              const Computer& computer) {
  return memory_->look_up(items, decided, session, computer);
}

void RunKeeper::start(std::vector<TaskToDo> tasks) {
  progress_ = std::make_unique<RunProgress>(std::move(tasks));
  shown_ = progress_.get();
  for (const auto* store : {journal_ ? &journal_->answers() : nullptr, cache_.get()}) {
    if (store == nullptr || store->damaged() == 0) continue;
    std::cerr << visible(store->file().string()) << ": " << store->damaged()
              << " damaged answers are not used and computed again\n";
  }
  if (resumes()) {
    const auto shares = journal_->answers().shares();
    std::int64_t newest = 0;
    for (const auto& share : shares) newest = std::max(newest, share.newest);
    const auto lost = newest > 0 ? seconds_lost(journal_->progress(), newest) : 0.0;
    std::cerr << visible(journal_->name())
              << ": resuming: " << share_of(progress_->documents_done(), progress_->documents())
              << " are there; about " << fixed_text(lost, 0) << " s of work in flight was lost\n";
  }
  if (journal_) journal_->write_progress(progress_->snapshot("running"));
}

void RunKeeper::share(const ranks::Group& group, std::vector<TaskToShare> tasks) {
  std::vector<ranks::SharedTask> shared;
  std::vector<std::vector<std::size_t>> open;
  for (auto& own : tasks) {
    shared.push_back(std::move(own.task));
    auto& indices = open.emplace_back();
    for (std::size_t i = 0; i < own.remembered->found.size(); ++i) {
      if (!own.remembered->found[i]) indices.push_back(i);
    }
  }
  const auto keep_early = [this, tasks = std::move(tasks)](const ranks::SentAnswer& sent) {
    const auto& own = tasks[sent.task];
    const auto& keys = own.remembered->keys;
    if (keys.empty()) return;  // nothing is remembered
    memory_->keep({.key = keys[sent.item], .value = sent.bytes, .model = own.weights});
  };
  shared_ = std::make_unique<ranks::SharedWork>(group, std::move(shared), open, keep_early);
  progress_->show_as_whole([this] { return shared_->ranks_text(); });
}

std::int64_t RunKeeper::ranks() const {
  return shared_ ? shared_->ranks() : 1;
}

std::vector<int> RunKeeper::silent_ranks() const {
  return shared_ ? shared_->silent() : std::vector<int>();
}

ComputeSome RunKeeper::compute_some(const Session& session,
                                    std::span<const Item> items,
                                    const Decided& decided) {
  if (shared_) {
    return [this](std::span<const std::size_t>, const AnswerDone& done) {
      shared_->compute(task_++, done);
    };
  }
  return [&session, items, &decided](std::span<const std::size_t> which, const AnswerDone& done) {
    const ForwardHook hook(*session.model, stop_if_noted);
    smdm::compute_some(session, items, which, decided, done);
  };
}

void RunKeeper::compute(const Session& session,
                        std::span<const Item> items,
                        const Decided& decided,
                        const Computer& computer,
                        Remembered& remembered,
                        const AnswerDone& done) {
  progress_->begin();
  const auto computed = [&](std::size_t i) {
    progress_->advance(expected_cost(items[i], decided));
  };
  stop_if_noted();
  memory_->compute(remembered, computer.weights, compute_some(session, items, decided), computed,
                   done);
  memory_->finish();
  stop_if_noted();
}

void RunKeeper::guard(const std::function<void()>& work) {
  try {
    work();
  } catch (const Stopped& stopped) {
    const bool all_kept = fail("stopped");
    throw Stopped(
        stopped.signal(),
        stopped.what() + kept() + (all_kept ? "" : " (the last of them could not be written)"));
  } catch (...) {
    fail("failed");
    throw;
  }
}

std::string RunKeeper::kept() const {
  const auto* progress = shown_.load();
  if (progress == nullptr) return "";
  const auto share = share_of(progress->documents_done(), progress->documents());
  if (!journal_ && !cache_)
    return ": " + share + " were done, and none is kept: that takes --output or --cache";
  if (shared_) return ": " + share + " are kept; the same ranks started again go on";
  return ": " + share + " are kept; go on with: " + command_of(arguments_);
}

bool RunKeeper::fail(const std::string& state) noexcept {
  // The first error is the one to tell: what fails now only says that not all was kept.
  const bool all_kept = succeeds([&] {
    if (memory_) memory_->finish();
  });
  memory_.reset();  // its thread writes the same file
  static_cast<void>(succeeds([&] {
    if (journal_ && progress_) journal_->write_progress(progress_->snapshot(state));
  }));
  return all_kept;
}

void RunKeeper::tick() {
  if (!journal_) return;
  journal_->refresh();
  constexpr std::chrono::seconds kInterval(5);
  const auto now = std::chrono::steady_clock::now();
  if (now - told_ < kInterval) return;
  told_ = now;
  if (const auto* progress = shown_.load()) journal_->write_progress(progress->snapshot("running"));
}

void RunKeeper::cut() {
  const int signal = noted_signal();
  std::cerr << "\nstopped by " << signal_name(signal) << ", in the middle of a forward"
            << visible(kept()) << "\n"
            << std::flush;
  end_by(signal);
}

void RunKeeper::finish() {
  memory_->finish();
  memory_.reset();
  if (shared_) std::cerr << shared_->shares_text() << "\n";
  // What follows is short where there is a journal to say that it was done; where there is none,
  // the answers may go to somebody who does not read them.
  if (!journal_) end_noting("all answers are known");
}

void RunKeeper::end_noting(const std::string& how_far) {
  const int signal = noted_signal();
  signals_.reset();
  if (signal != 0) throw Stopped(signal, "stopped by " + signal_name(signal) + ": " + how_far);
}

Existing RunKeeper::existing(const std::optional<std::string>& file) const {
  const bool named = file && resumes() && journal_->has_note(kNamed, *file);
  return named ? Existing::replace : Existing::keep;
}

void RunKeeper::name_files(const std::optional<std::string>& file,
                           const std::function<void()>& finish) {
  if (!journal_ || !file) return finish();
  journal_->set_note(kNamed, *file);
  try {
    finish();
  } catch (...) {
    journal_->set_note(kNamed, nullptr);  // what stands there is not this run's
    throw;
  }
}

void RunKeeper::complete(const std::string& date) {
  if (!journal_) return;
  journal_->complete(keeps_ ? journal_->kept_name(date) : "");
  end_noting("the run is complete");
}

std::int64_t RunKeeper::resumes_so_far() const {
  return journal_ ? journal_->resumes_so_far() : 0;
}

bool RunKeeper::has_several_machines() const {
  return journal_ && journal_->has_several_machines();
}

TaskToDo task_to_do(const std::string& name,
                    std::span<const Item> items,
                    const Decided& decided,
                    const Remembered& remembered) {
  TaskToDo task{.name = name, .documents = items.size()};
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (remembered.found[i]) {
      ++task.kept;
    } else {
      task.cost += expected_cost(items[i], decided);
    }
  }
  return task;
}

}  // namespace smdm
