// The loop between the schedule, which says what is asked when, the client, which asks it, and the
// store, which keeps what comes. What one reply means is decided in reply.cpp and judgment.cpp.
#include "harness/judging/ask.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <set>
#include <utility>
#include <vector>

#include <unistd.h>

#include "base/error.hpp"
#include "base/files/signals.hpp"
#include "base/numbers/random.hpp"
#include "base/text/numbers.hpp"
#include "base/text/visible.hpp"
#include "harness/judging/schedule.hpp"

namespace smdm::judging {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Draws that differ between processes, so that several do not come back to a server at once. No
/// judgment depends on them.
std::uint64_t seed_of_this_process() {
  constexpr std::uint64_t kBelow = 1ULL << 32U;
  const auto now = Clock::now().time_since_epoch().count();
  return (static_cast<std::uint64_t>(now) ^ static_cast<std::uint64_t>(::getpid())) % kBelow;
}

bool is_good(const HttpReply& reply) {
  return outcome_of(reply, 0.0, true).action == Action::read;
}

class Asking {
 public:
  Asking(const Plan& plan,
         std::span<const std::size_t> wanted,
         const JudgeSettings& settings,
         const ApiKey& key,
         HttpClient& client,
         JudgmentStore& store)
      : plan_(plan),
        wanted_(wanted),
        settings_(settings),
        key_(key),
        client_(client),
        store_(store),
        judge_(judge_of(settings)),
        schedule_(wanted.size(),
                  {.concurrency = settings.concurrency,
                   .retries = settings.retries,
                   .retry_wait = settings.retry_wait}) {}

  void run() {
    while (!schedule_.is_done()) {
      stop_if_asked();
      start_all();
      auto replies = client_.wait(wait_seconds());
      // What has come is kept before another reply can end the job.
      std::ranges::stable_partition(replies, is_good);
      for (const auto& reply : replies) take(reply);
      tick();
    }
    keep_unreplied();
  }

 private:
  [[nodiscard]] double now() const {
    return std::chrono::duration<double>(Clock::now() - begin_).count();
  }

  void stop_if_asked() const {
    const int signal = noted_signal();
    if (signal == 0) return;
    throw Stopped(signal, "stopped by " + signal_name(signal) + ": " + share() + " are kept in " +
                              settings_.output.value_or("") +
                              ".journal.jsonl; the same command goes on");
  }

  [[nodiscard]] std::string share() const {
    return std::to_string(done_) + " of " + std::to_string(wanted_.size()) + " judgments";
  }

  void start_all() {
    while (const auto request = schedule_.start(now())) {
      const auto& asked = plan_.asked[wanted_[*request]];
      client_.start(*request, chat_body(judge_, asked.system, asked.user));
    }
  }

  /// Short, so that signals are seen; shorter where another request may start before.
  [[nodiscard]] double wait_seconds() const {
    constexpr double kLongest = 0.1;
    return std::min(kLongest, schedule_.wait(now()).value_or(kLongest));
  }

  void take(const HttpReply& reply) {
    auto outcome = outcome_of(reply, seconds_since_1970(), connected_);
    if (reply.failure == Failure::none) connected_ = true;
    if (outcome.action == Action::read) {
      auto read = read_reply(reply.body);
      if (const auto* const chat = std::get_if<ChatReply>(&read))
        return keep_reply(reply.request, *chat);
      outcome = {.action = Action::try_again, .reason = std::get<std::string>(read)};
    }
    if (outcome.action == Action::stop) stop(reply, outcome.reason);
    if (outcome.action == Action::give_up) {
      schedule_.end(reply.request);
      return fail(reply.request, outcome.reason);
    }
    try_again(reply.request, outcome);
  }

  void keep_reply(std::size_t request, const ChatReply& reply) {
    schedule_.end(request);
    keep_unreplied();
    auto judgment = new_judgment(request);
    take_reply({.text = key_.scrubbed(reply.text),
                .model = scrubbed(reply.model),
                .finish_reason = reply.finish_reason,
                .prompt_tokens = reply.prompt_tokens,
                .completion_tokens = reply.completion_tokens},
               settings_.strict_model, judgment);
    warn_of_model(judgment);
    keep(request, std::move(judgment));
  }

  [[nodiscard]] std::optional<std::string> scrubbed(const std::optional<std::string>& text) const {
    return text ? std::optional(key_.scrubbed(*text)) : std::nullopt;
  }

  void warn_of_model(const Judgment& judgment) {
    const auto name = judgment.answered_by.value_or("a model without a name");
    if (is_same_model(judge_.model, name) || !other_models_.insert(name).second) return;
    std::cerr << "warning: wanted replies of " << visible(judge_.model) << ", got one of "
              << visible(name) << "\n";
  }

  [[noreturn]] void stop(const HttpReply& reply, const std::string& reason) const {
    std::string text = client_.endpoint().shown + ": " + reason;
    if (reply.location)
      text += "; it leads to " + in_words_of_redirect(client_.endpoint(), *reply.location) +
              ", and redirects are not followed, for the key goes to --url alone";
    throw Error(ErrorKind::failure, key_.scrubbed(text) + " (" + share() + " are kept)");
  }

  void try_again(std::size_t request, const Outcome& outcome) {
    if (outcome.wait && *outcome.wait > settings_.longest_wait)
      throw Error(
          ErrorKind::failure,
          key_.scrubbed(client_.endpoint().shown + ": " + outcome.reason + "; it asks to wait " +
                        short_text(*outcome.wait) + " s, more than --longest-wait") +
              " (" + share() + " are kept)");
    if (outcome.wait) schedule_.pause(now(), *outcome.wait);
    const int tries = schedule_.tries(request);
    if (schedule_.try_again(request, now(), jitter(request, tries))) {
      ++retried_;
      last_reason_ = outcome.reason;
      return;
    }
    fail(request, outcome.reason + " (" + std::to_string(tries) + " tries)");
  }

  [[nodiscard]] double jitter(std::size_t request, int tries) const {
    const std::array<std::int64_t, 1> content = {static_cast<std::int64_t>(request)};
    return RandomStream(seed_, Purpose::retry_wait, content).uniform(tries, 0);
  }

  /// Without a reply, it is not known whose fault it is until another request has one.
  void fail(std::size_t request, const std::string& reason) {
    unreplied_.emplace_back(request, key_.scrubbed(reason));
    constexpr std::size_t kFewest = 3;
    const auto most = std::max(kFewest, static_cast<std::size_t>(settings_.concurrency));
    if (unreplied_.size() < most) return;
    throw Error(ErrorKind::failure,
                client_.endpoint().shown + ": no judgment from " + std::to_string(most) +
                    " requests in a row, the last: " + unreplied_.back().second + " (" + share() +
                    " are kept; the same command goes on)");
  }

  void keep_unreplied() {
    for (auto& [request, reason] : unreplied_) {
      auto judgment = new_judgment(request);
      judgment.failed = std::move(reason);
      keep(request, std::move(judgment));
    }
    unreplied_.clear();
  }

  [[nodiscard]] Judgment new_judgment(std::size_t request) const {
    auto judgment = unjudged(plan_.asked[wanted_[request]], plan_.model, judge_);
    judgment.tstamp = seconds_since_1970();
    return judgment;
  }

  void keep(std::size_t request, Judgment judgment) {
    ++done_;
    if (!judgment.failed.empty()) ++failed_;
    store_.add(wanted_[request], std::move(judgment));
  }

  /// Every few seconds: the lock is renewed, and people are told.
  void tick() {
    constexpr double kRenewal = 5.0;
    constexpr double kTold = 30.0;
    if (now() - renewed_ > kRenewal) {
      renewed_ = now();
      store_.refresh();
    }
    if (now() - told_ < kTold || schedule_.is_done()) return;
    told_ = now();
    std::cerr << "judge: " << share() << ", " << failed_ << " failed, " << retried_ << " retries"
              << (last_reason_.empty() ? "" : ", the last after ") << visible(last_reason_) << "\n";
  }

  const Plan& plan_;
  std::span<const std::size_t> wanted_;
  const JudgeSettings& settings_;
  const ApiKey& key_;
  HttpClient& client_;
  JudgmentStore& store_;
  Judge judge_;
  Schedule schedule_;
  std::uint64_t seed_ = seed_of_this_process();
  Clock::time_point begin_ = Clock::now();
  std::vector<std::pair<std::size_t, std::string>> unreplied_;  ///< in a row: request and reason
  std::set<std::string> other_models_;
  std::string last_reason_;
  std::size_t done_ = 0, failed_ = 0, retried_ = 0;
  double renewed_ = 0.0, told_ = 0.0;
  bool connected_ = false;
};

}  // namespace

Judge judge_of(const JudgeSettings& settings) {
  return {.model = settings.model,
          .temperature = settings.temperature,
          .max_tokens = settings.max_tokens,
          .seed = settings.seed};
}

void ask(const Plan& plan,
         std::span<const std::size_t> wanted,
         const JudgeSettings& settings,
         const ApiKey& key,
         HttpClient& client,
         JudgmentStore& store) {
  Asking(plan, wanted, settings, key, client, store).run();
}

}  // namespace smdm::judging
