#include <iostream>

#include "base/files/json_lines.hpp"
#include "harness/cli/jobs.hpp"
#include "harness/run/generate.hpp"
#include "harness/run/input_lines.hpp"
#include "harness/run/likelihoods.hpp"
#include "harness/run/session.hpp"
#include "harness/settings/decide.hpp"
#include "harness/settings/refuse.hpp"
#include "results/run/estimate_json.hpp"

namespace smdm {
namespace {

TokenRequest encode(const Session& session, const InputLine& line) {
  if (line.has("context_ids") || line.has("continuation_ids")) {
    return {.context = line.ids("context_ids"), .continuation = line.ids("continuation_ids")};
  }
  const auto context = line.text("context");
  auto pair = session.text().encode_pair(context, line.text("continuation"));
  return {.context = std::move(pair.context), .continuation = std::move(pair.continuation)};
}

Json answer(const Json& id, const Estimate& estimate) {
  Json json = {{"id", id}};
  json.update(estimate_json(estimate));
  return json;
}

}  // namespace

void run_requests(const Settings& settings) {
  const auto lines = read_input_lines(settings.requests.value());
  const auto session = open_session(settings);
  std::vector<std::string> notes;
  const auto kind = session.checkpoint.kind;
  const auto evaluation = decide(settings, "", Work::likelihood, kind, notes);
  for (const auto& note : notes) std::cerr << note << "\n";
  if (evaluation.racing) refuse("--racing", "--task: a race needs questions", "--requests");
  std::vector<TokenRequest> requests;
  requests.reserve(lines.size());
  for (const auto& line : lines) requests.push_back(encode(session, line));
  JsonLinesWriter writer(settings.output.value_or("-"));
  const auto where = [&](std::size_t index) { return lines[index].where(); };
  const auto estimates = likelihoods(
      session, requests, likelihood_config(evaluation, kind, settings), "requests", where);
  for (std::size_t i = 0; i < lines.size(); ++i) writer.write(answer(lines[i].id(), estimates[i]));
  writer.finish();
}

}  // namespace smdm
