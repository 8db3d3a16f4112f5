#include "harness/run/trace_file.hpp"

#include <cmath>

namespace smdm {
namespace {

Json token_json(const Candidate& one, const Tokenizer* tokenizer) {
  Json json = {{"position", one.position},
               {"token", one.token},
               {"confidence", std::exp(one.log_confidence)}};
  if (tokenizer != nullptr && one.token < tokenizer->pieces())
    json["piece"] = tokenizer->piece(one.token);
  return json;
}

Json step_json(const TracedStep& step, const Tokenizer* tokenizer) {
  auto revealed = Json::array();
  for (const auto& one : step.revealed) revealed.push_back(token_json(one, tokenizer));
  return {{"step", step.step}, {"revealed", std::move(revealed)}};
}

}  // namespace

bool is_traced(const Decided& decided) {
  const auto* generation = std::get_if<GenerationSettings>(&decided.work);
  return generation != nullptr && generation->traced;
}

TraceFile::TraceFile(const std::optional<std::string>& path, Existing existing) {
  if (path) writer_.emplace(*path, existing);
}

void TraceFile::add(const Json& about, const Answer& answer, const Tokenizer* tokenizer) {
  if (!writer_) return;
  for (std::size_t pass = 0; pass < answer.trace.size(); ++pass) {
    const auto& steps = answer.trace[pass];
    for (std::size_t forward = 0; forward < steps.size(); ++forward) {
      Json line = about;
      line["pass"] = pass;
      line["forward"] = forward;
      line.update(step_json(steps[forward], tokenizer));
      writer_->write(line);
    }
  }
}

void TraceFile::finish() {
  if (writer_) writer_->finish();
}

}  // namespace smdm
