#include "harness/run/generate.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "harness/run/progress.hpp"

namespace smdm {

void check_ids(const LanguageModel& model,
               const std::vector<std::int64_t>& ids,
               std::int64_t limit,
               const std::string& where) {
  const auto vocab = model.info().vocab_tokens;
  for (const auto id : ids) {
    if (id < 0 || id >= vocab) {
      throw Error(ErrorKind::request, where + ": token id " + std::to_string(id) +
                                          " is outside the vocabulary 0.." +
                                          std::to_string(vocab - 1));
    }
  }
  if (static_cast<std::int64_t>(ids.size()) > limit) {
    throw Error(ErrorKind::request, where + ": wanted at most " + std::to_string(limit) +
                                        " tokens, got " + std::to_string(ids.size()));
  }
}

void check_total_length(const LanguageModel& model,
                        std::int64_t total_length,
                        const std::string& what) {
  const auto context = model.info().max_tokens;
  if (total_length <= context) return;
  throw Error(ErrorKind::usage,
              "--total-length: " + what + " would be decoded to " + std::to_string(total_length) +
                  " tokens (by option, preset or default), the model reads at most " +
                  std::to_string(context));
}

std::vector<Generation> generate(const Session& session,
                                 const std::vector<std::vector<std::int64_t>>& prompts,
                                 const Evaluation& evaluation,
                                 const Settings& settings,
                                 const std::string& label,
                                 const std::function<std::string(std::size_t)>& where) {
  check_total_length(*session.model, evaluation.total_length, label);
  const bool arm = session.checkpoint.kind == ModelKind::arm;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    if (arm && prompts[i].empty())
      throw Error(ErrorKind::request,
                  where(i) + ": an autoregressive model needs a prompt, got none");
    check_ids(*session.model, prompts[i], evaluation.total_length, where(i));
  }
  std::vector<Generation> generations(prompts.size());
  Progress progress(label, prompts.size(), "documents");
  const auto done = [&](std::size_t index, const Generation& generation) {
    generations[index] = generation;
    progress.advance();
  };
  if (arm) {
    auto config = decoding_config(evaluation, settings);
    if (session.tokenizer && session.tokenizer->eos_id() >= 0)
      config.eos_id = session.tokenizer->eos_id();
    decode(*session.model, prompts, config, done);
  } else {
    unmask(*session.model, prompts, unmasking_config(evaluation, settings), done);
  }
  return generations;
}

}  // namespace smdm
