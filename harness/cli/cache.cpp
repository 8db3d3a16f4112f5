// Sizes and ages are numbers with a unit behind them, as people write them.
#include "harness/cli/cache.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <iostream>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "base/text/dates.hpp"
#include "base/text/visible.hpp"
#include "harness/cli/print_json.hpp"
#include "harness/cli/values.hpp"
#include "harness/journal/answer_store.hpp"
#include "harness/settings/refuse.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

std::string date_of(std::int64_t seconds) {
  return date_text(std::chrono::system_clock::time_point(std::chrono::seconds(seconds)),
                   TimeZone::utc);
}

std::vector<std::string> row_of(const ModelShare& share) {
  return {share.model, std::to_string(share.answers), std::to_string(share.bytes),
          date_of(share.oldest), date_of(share.newest)};
}

ModelShare total_of(const std::vector<ModelShare>& shares) {
  ModelShare total{.model = "all"};
  for (const auto& share : shares) {
    const bool first = total.answers == 0;
    total.answers += share.answers;
    total.bytes += share.bytes;
    total.oldest = first ? share.oldest : std::min(total.oldest, share.oldest);
    total.newest = std::max(total.newest, share.newest);
  }
  return total;
}

Json to_json(const ModelShare& share) {
  return {{"weights_sha256", share.model},
          {"answers", share.answers},
          {"bytes", share.bytes},
          {"oldest_s", share.oldest},
          {"newest_s", share.newest}};
}

Json stats_json(const std::string& file, const std::vector<ModelShare>& shares) {
  Json models = Json::array();
  for (const auto& share : shares) models.push_back(to_json(share));
  const auto total = total_of(shares);
  return {{"file", file}, {"models", models}, {"answers", total.answers}, {"bytes", total.bytes}};
}

void show_stats(const CacheSettings& settings, AnswerStore& cache) {
  using enum Align;
  const auto shares = cache.shares();
  if (settings.json) return print_json(stats_json(settings.file, shares));
  std::vector<std::vector<std::string>> rows;
  rows.reserve(shares.size() + 1);
  for (const auto& share : shares) rows.push_back(row_of(share));
  if (const auto total = total_of(shares); total.answers > 0) rows.push_back(row_of(total));
  const std::vector<Column> columns = {{.title = "Weights (sha256)"},
                                       {.title = "Answers", .align = right},
                                       {.title = "Bytes", .align = right},
                                       {.title = "Oldest (UTC)"},
                                       {.title = "Newest (UTC)"}};
  std::cout << markdown_table(columns, rows);
}

PruneRule rule_of(const CacheSettings& settings) {
  PruneRule rule;
  if (settings.size) {
    rule.bytes = amount_of(*settings.size, {{'k', 1000}, {'M', 1000'000}, {'G', 1000'000'000}},
                           "--size", "a number of bytes, or one with k, M or G behind it");
  }
  if (settings.age) {
    rule.seconds = amount_of(*settings.age, {{'s', 1}, {'h', 3600}, {'d', 86400}}, "--age",
                             "a number of seconds, or one with h or d behind it");
  }
  rule.model = settings.model;
  if (!rule.bytes && !rule.seconds && !rule.model)
    throw Error(ErrorKind::usage, "cache prune: wanted --size, --age or --model, got none");
  if (rule.model && rule.model->empty()) refuse("--model", "the beginning of a digest", "''");
  return rule;
}

void prune(const CacheSettings& settings, AnswerStore& cache) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  const auto gone = cache.prune(rule_of(settings), now);
  std::cerr << visible(settings.file) << ": removed " << gone << " answers, " << cache.size()
            << " are left\n";
}

void verify(const CacheSettings& settings, AnswerStore& cache) {
  const auto bad = cache.verify();
  if (bad > 0) {
    throw Error(ErrorKind::results,
                settings.file + ": " + std::to_string(bad) + " of " + std::to_string(cache.size()) +
                    " answers are damaged; they are not used, and replaced when they are computed "
                    "again");
  }
  std::cerr << visible(settings.file) << ": " << cache.size() << " answers, none damaged\n";
}

}  // namespace

std::int64_t amount_of(const std::string& text,
                       const std::vector<std::pair<char, std::int64_t>>& units,
                       const std::string& option,
                       const std::string& wanted) {
  double number = 0.0;
  const auto* end = text.data() + text.size();
  const auto [rest, code] = std::from_chars(text.data(), end, number);
  std::int64_t unit = rest == end ? 1 : 0;
  for (const auto& [letter, size] : units) {
    if (rest + 1 == end && *rest == letter) unit = size;
  }
  const double amount = number * static_cast<double>(unit);
  constexpr double kLargest = 9e18;
  if (code != std::errc() || unit == 0 || !(amount >= 0.0 && amount < kLargest))
    refuse(option, wanted, text);
  return std::llround(amount);
}

CLI::App* add_cache(CLI::App& app, CacheSettings& settings) {
  auto* command = app.add_subcommand("cache", "Look after a file of answers that --cache made");
  command->require_subcommand(1);
  settings.stats_command = command->add_subcommand("stats", "Show what is in it, by model");
  settings.prune_command = command->add_subcommand("prune", "Remove answers");
  settings.verify_command = command->add_subcommand("verify", "Read everything and check it");
  for (auto* job : {settings.stats_command, settings.prune_command, settings.verify_command})
    add_value(*job, "FILE", settings.file, "File of answers")->required();
  add_json_flag(*settings.stats_command, settings.json);
  add_value(*settings.prune_command, "--size", settings.size,
            "Keep at most so many bytes of answers, the newest: 500M, 2G");
  add_value(*settings.prune_command, "--age", settings.age,
            "Remove those that are older: 12h, 30d");
  add_value(*settings.prune_command, "--model", settings.model,
            "Remove those of a model: the beginning of the sha256 of its weights");
  return command;
}

void run_cache(const CacheSettings& settings) {
  if (settings.prune_command->parsed()) static_cast<void>(rule_of(settings));
  if (!is_file(settings.file)) {
    throw Error(ErrorKind::results, "wanted a cache at " + settings.file + ", found " +
                                        in_words(look_at(settings.file)));
  }
  AnswerStore cache(settings.file, StoreKind::cache);
  if (settings.stats_command->parsed()) return show_stats(settings, cache);
  if (settings.prune_command->parsed()) return prune(settings, cache);
  verify(settings, cache);
}

}  // namespace smdm
