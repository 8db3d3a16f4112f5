// Options in groups by what they are for: those of a judge change the numbers, the way to it does
// not.
#include "harness/cli/judge.hpp"

#include <CLI/CLI.hpp>

#include "harness/cli/print_json.hpp"
#include "harness/cli/values.hpp"

namespace smdm {
namespace {

constexpr const char* kFiles = "Files";
constexpr const char* kJudge = "The judge: changes the numbers";
constexpr const char* kWay = "How it is reached";
constexpr const char* kCost = "Cost";

void add_files(CLI::App& command, JudgeSettings& settings) {
  add_value(command, "--answers", settings.answers, "Answers of one model, FastChat's format")
      ->required()
      ->group(kFiles);
  add_value(command, "--questions", settings.questions, "Questions, FastChat's format")
      ->required()
      ->group(kFiles);
  add_value(command, "--reference-answers", settings.reference_answers,
            "Right answers for math, reasoning and coding, FastChat's format of answers (default: "
            "those that the questions have)")
      ->group(kFiles);
  add_value(command, "--judge-prompts", settings.judge_prompts,
            "FastChat's judge_prompts.jsonl (default: prompts of our own)")
      ->group(kFiles);
  add_value(command, "--output,-o", settings.output,
            "Judgments, FastChat's format; what is there is not asked for again")
      ->group(kFiles);
  add_value(command, "--results", settings.results,
            "Folder for a results file that compare reads (default: OUTPUT.results)")
      ->group(kFiles);
  add_value(command, "--limit,-L", settings.limit, "Ask about so many questions (default: all)")
      ->group(kFiles);
  command.add_flag("--retry-failed", settings.retry_failed, "Ask again for judgments that failed")
      ->group(kFiles);
  add_json_flag(command, settings.json)->group(kFiles);
}

void add_judge_options(CLI::App& command, JudgeSettings& settings) {
  add_value(command, "--model", settings.model, "The judge's name at the endpoint")
      ->required()
      ->group(kJudge);
  add_value(command, "--temperature", settings.temperature, "(default: 0)")->group(kJudge);
  add_value(command, "--max-tokens", settings.max_tokens, "Of a reply (default: 2048)")
      ->group(kJudge);
  add_value(command, "--seed", settings.seed, "Sent along (default: none)")->group(kJudge);
  command
      .add_flag("--strict-model", settings.strict_model,
                "A reply that says another model's name is a failed judgment")
      ->group(kJudge);
}

void add_way(CLI::App& command, JudgeSettings& settings) {
  add_value(command, "--url", settings.url,
            "OpenAI-compatible API: https://host/v1, or the whole address of chat completions")
      ->required()
      ->group(kWay);
  add_value(command, "--key-variable", settings.key_variable,
            "Environment variable with the key (default: OPENAI_API_KEY)")
      ->group(kWay);
  add_value(command, "--ca-file", settings.ca_file,
            "Authorities to be trusted in place of the system's, PEM")
      ->group(kWay);
  command
      .add_flag("--allow-plain-http", settings.allow_plain_http,
                "Send the key unencrypted to another machine")
      ->group(kWay);
  add_value(command, "--concurrency", settings.concurrency, "Requests at a time (default: 4)")
      ->group(kWay);
  add_value(command, "--retries", settings.retries, "Tries after the first (default: 5)")
      ->group(kWay);
  add_value(command, "--retry-wait", settings.retry_wait,
            "Seconds before the first retry, doubled with each (default: 1)")
      ->group(kWay);
  add_value(command, "--longest-wait", settings.longest_wait,
            "Seconds that the endpoint may ask to wait; more ends the job (default: 600)")
      ->group(kWay);
  add_value(command, "--timeout", settings.timeout, "Seconds for a whole reply (default: 600)")
      ->group(kWay);
  add_value(command, "--stall-timeout", settings.stall_timeout,
            "Seconds between two bytes of a reply that has begun (default: 60)")
      ->group(kWay);
}

void add_cost(CLI::App& command, JudgeSettings& settings) {
  command
      .add_flag("--dry-run", settings.dry_run,
                "Estimate tokens, and money with prices; ask for nothing")
      ->group(kCost);
  add_value(command, "--price-in", settings.price_in, "Price of a million tokens that are sent")
      ->group(kCost);
  add_value(command, "--price-out", settings.price_out, "Price of a million tokens of replies")
      ->group(kCost);
}

}  // namespace

CLI::App* add_judge(CLI::App& app, JudgeSettings& settings) {
  auto* command = app.add_subcommand(
      "judge", "Grade MT-Bench answers by a judge at any OpenAI-compatible endpoint");
  add_files(*command, settings);
  add_judge_options(*command, settings);
  add_way(*command, settings);
  add_cost(*command, settings);
  return command;
}

}  // namespace smdm
