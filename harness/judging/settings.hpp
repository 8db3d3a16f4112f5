/// What `smdm-eval judge` is asked for (docs/judge.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace smdm {

struct JudgeSettings {
  std::string answers;                           ///< FastChat's file of one model's answers
  std::string questions;                         ///< FastChat's file of questions
  std::optional<std::string> reference_answers;  ///< answers that are taken for right
  std::optional<std::string> judge_prompts;      ///< FastChat's file of prompts; else our own
  std::optional<std::string> output;             ///< judgments, FastChat's format
  std::optional<std::string> results;            ///< folder; else beside the output
  std::optional<std::int64_t> limit;             ///< questions asked about
  bool retry_failed = false;
  bool dry_run = false;
  bool json = false;

  // Who judges, and how.
  std::string url;
  std::string model;
  double temperature = 0.0;
  std::int64_t max_tokens = 2048;
  std::optional<std::int64_t> seed;
  bool strict_model = false;  ///< a reply of a model by another name is no judgment

  // How it is reached.
  std::string key_variable = "OPENAI_API_KEY";
  std::optional<std::string> ca_file;
  bool allow_plain_http = false;
  int concurrency = 4;
  int retries = 5;
  double retry_wait = 1.0;      ///< seconds before the first retry
  double longest_wait = 600.0;  ///< seconds that the endpoint may ask to wait
  double timeout = 600.0;       ///< seconds for a whole reply
  double stall_timeout = 60.0;  ///< seconds between two bytes of a reply that has begun

  // Of a dry run, in money per million tokens.
  std::optional<double> price_in;
  std::optional<double> price_out;
};

}  // namespace smdm
