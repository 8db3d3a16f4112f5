// The job from its settings to its files. The key is read as late as it can be, after all files and
// the output have been looked at, and lives while requests are made.
#include "harness/judging/judge.hpp"

#include <iostream>
#include <optional>
#include <set>
#include <vector>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "base/files/signals.hpp"
#include "base/text/json_text.hpp"
#include "base/text/visible.hpp"
#include "harness/cli/print_json.hpp"
#include "harness/judging/api_key.hpp"
#include "harness/judging/ask.hpp"
#include "harness/judging/cost.hpp"
#include "harness/judging/endpoint.hpp"
#include "harness/judging/http.hpp"
#include "harness/judging/plan.hpp"
#include "harness/judging/results.hpp"
#include "harness/judging/scores.hpp"
#include "harness/judging/store.hpp"
#include "harness/settings/refuse.hpp"

namespace smdm {
namespace {

using namespace judging;

/// Places in the plan to be asked about: what is missing, of the first so many questions.
std::vector<std::size_t> wanted_of(const Plan& plan,
                                   std::span<const std::optional<Judgment>> there,
                                   const JudgeSettings& settings) {
  const std::optional<Judgment> none;
  std::vector<std::size_t> wanted;
  std::set<std::string> questions;
  for (std::size_t i = 0; i < plan.asked.size(); ++i) {
    questions.insert(id_text(plan.asked[i].question_id));
    if (settings.limit && questions.size() > static_cast<std::size_t>(*settings.limit)) break;
    const auto& judgment = there.empty() ? none : there[i];
    if (!judgment || (!judgment->score && settings.retry_failed)) wanted.push_back(i);
  }
  return wanted;
}

void estimate(const Plan& plan, const JudgeSettings& settings) {
  std::optional<JudgmentStore> store;
  if (settings.output && is_begun(*settings.output))
    store.emplace(*settings.output, plan, judge_of(settings));
  const auto there =
      store ? std::span(store->judgments()) : std::span<const std::optional<Judgment>>();
  const auto cost = cost_of(plan, wanted_of(plan, there, settings), there, settings);
  if (settings.json) return print_json(cost_json(cost));
  std::cout << cost_text(cost);
}

/// Asks for what is missing, with the key in memory no longer than that takes.
void ask_for_missing(const Plan& plan,
                     const Endpoint& endpoint,
                     const JudgeSettings& settings,
                     JudgmentStore& store) {
  const NoDumps no_dumps;
  const auto key = take_key(settings.key_variable);
  const auto wanted = wanted_of(plan, store.judgments(), settings);
  if (wanted.empty()) return;
  check_secrecy(endpoint, key.is_given(), settings.allow_plain_http);
  if (!key.is_given())
    std::cerr << visible(settings.key_variable) << " is not set: asking without a key\n";
  std::cerr << "judge: " << wanted.size() << " of " << plan.asked.size()
            << " judgments to be asked for, from " << visible(endpoint.shown) << "\n";
  HttpClient client(endpoint, key,
                    {.timeout = settings.timeout, .stall_timeout = settings.stall_timeout},
                    settings.ca_file);
  ask(plan, wanted, settings, key, client, store);
}

void tell(const Plan& plan, const JudgmentStore& store, const JudgeSettings& settings) {
  const auto scores = scores_of(plan, store.judgments());
  if (settings.json) {
    print_json({{"model", plan.model},
                {"judge", settings.model},
                {"questions", plan.questions},
                {"unanswered", plan.unanswered},
                {"missing_turns", plan.missing_turns},
                {"scores", scores_json(scores)}});
  } else {
    std::cout << scores_table(scores);
  }
  const auto failed = scores.back().failed;
  if (failed > 0)
    std::cerr << "warning: " << failed
              << " judgments failed and are in no mean; --retry-failed asks for them again\n";
}

/// Where results go unless it is said: beside the output.
std::string results_folder(const JudgeSettings& settings, const std::string& output) {
  return settings.results.value_or(output + ".results");
}

void judge(const Plan& plan,
           const Endpoint& endpoint,
           const std::string& output,
           const JudgeSettings& settings) {
  JudgmentStore store(output, plan, judge_of(settings));
  const NotedSignals signals;
  ask_for_missing(plan, endpoint, settings, store);
  store.finish();
  const auto results =
      write_results(results_folder(settings, output), plan, store, settings, endpoint.shown);
  if (const int signal = noted_signal(); signal != 0)
    throw Stopped(signal, "stopped by " + signal_name(signal) + ": all judgments are in " + output);
  tell(plan, store, settings);
  std::cerr << "wrote " << visible(output) << " and " << visible(results.string()) << "\n";
}

void check_numbers(const JudgeSettings& settings) {
  const auto at_least = [](const char* option, double least, double value) {
    if (!(value >= least)) refuse(option, number_text(least) + " or more", number_text(value));
  };
  at_least("--concurrency", 1, settings.concurrency);
  at_least("--retries", 0, settings.retries);
  at_least("--retry-wait", 0, settings.retry_wait);
  at_least("--longest-wait", 0, settings.longest_wait);
  at_least("--temperature", 0, settings.temperature);
  at_least("--max-tokens", 1, static_cast<double>(settings.max_tokens));
  at_least("--limit", 1, static_cast<double>(settings.limit.value_or(1)));
  at_least("--seed", 0, static_cast<double>(settings.seed.value_or(0)));
  at_least("--price-in", 0, settings.price_in.value_or(0));
  at_least("--price-out", 0, settings.price_out.value_or(0));
  for (const auto& [option, value] : {std::pair("--timeout", settings.timeout),
                                      std::pair("--stall-timeout", settings.stall_timeout)}) {
    if (!(value > 0.0)) refuse(option, "more than 0 seconds", number_text(value));
  }
}

void check(const JudgeSettings& settings) {
  check_numbers(settings);
  if (settings.price_in.has_value() != settings.price_out.has_value())
    throw Error(ErrorKind::usage, "--price-in, --price-out: wanted both or none, got one");
  if (settings.price_in && !settings.dry_run)
    throw Error(ErrorKind::usage, "--price-in: wanted --dry-run, which it belongs to");
  if (!settings.output && !settings.dry_run)
    throw Error(ErrorKind::usage, "judge: wanted --output, the file for the judgments, got none");
  if (settings.ca_file && !is_file(*settings.ca_file))
    throw Error(ErrorKind::usage, "--ca-file: wanted a file, got " + *settings.ca_file + ": " +
                                      in_words(look_at(*settings.ca_file)));
}

}  // namespace

void run_judge(const JudgeSettings& settings) {
  check(settings);
  const auto endpoint = endpoint_of(settings.url);
  const auto plan = plan_of(read_files(settings));
  for (const auto& note : notes_on(plan)) std::cerr << "judge: " << note << "\n";
  if (settings.dry_run) return estimate(plan, settings);
  judge(plan, endpoint, settings.output.value(), settings);
}

}  // namespace smdm
