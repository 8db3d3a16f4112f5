#include "training/loop.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/files/lock.hpp"
#include "base/files/output.hpp"
#include "base/files/paths.hpp"
#include "base/files/read.hpp"
#include "models/formats/smdm.hpp"
#include "models/safetensors_writer.hpp"
#include "training/log.hpp"
#include "training/plot.hpp"
#include "training/settings.hpp"
#include "training/state.hpp"
#include "training/validation.hpp"

namespace smdm::training {
namespace {
namespace fs = std::filesystem;

void replace_file(const fs::path& path, std::string_view content) {
  write_output(path, content, Existing::replace);
}

/// The state to begin with.
TrainingState begin_state(const TrainOptions& options, const Json& settings) {
  const auto layout = parameter_layout(options.step.model, options.step.kind);
  if (options.resume) {
    auto state = read_state(options.output, layout, settings);
    if (state) return std::move(*state);
  }
  for (const auto* name : {kStateFile, "model.safetensors"}) {
    if (is_taken(options.output / name))
      throw Error(ErrorKind::results,
                  "wanted a folder without a model, or a training to resume, found " +
                      (options.output / name).string());
  }
  return first_state(layout, options.step.batches.seed);
}

class Loop {
 public:
  Loop(const TrainOptions& options,
       const Corpus& corpus,
       const Corpus* validation,
       const Watcher& watcher)
      : options_(options),
        validation_(validation),
        watcher_(watcher),
        settings_(settings_of(options.step, corpus)),
        stepper_(options.step, corpus, begin_state(options, settings_)),
        log_(options.output, stepper_.state().step),
        saved_(stepper_.state().step) {}

  void run() {
    write_description();
    watcher_.begin(stepper_.state().step);
    if (stepper_.state().step >= last_) checkpoint();  // cut off at the very end
    while (stepper_.state().step < last_) {
      const auto result = guarded_step();
      watcher_.step(result);
      const bool stops = watcher_.stop();
      record(result, stops);
      if (stops || due(result.step, options_.checkpoint_interval)) checkpoint();
      if (stops) return;
    }
  }

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] bool due(std::int64_t step, std::int64_t interval) const {
    return step == last_ || (interval > 0 && step % interval == 0);
  }

  [[nodiscard]] double flops() const {
    return kFlopsPerParameter * static_cast<double>(stepper_.layout().hidden_parameters()) *
           static_cast<double>(stepper_.state().tokens);
  }

  /// What is left when training ends by an error.
  [[nodiscard]] std::string kept() const {
    if (saved_ == 0) return "there is no checkpoint before it";
    return "the checkpoint of step " + std::to_string(saved_) + " stays in " +
           options_.output.string();
  }

  StepResult guarded_step() {
    try {
      return stepper_.step();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::training) throw;
      throw Error(ErrorKind::training, error.what() + std::string("; ") + kept());
    }
  }

  /// @param stops  whether there is no time for a validation
  void record(const StepResult& result, bool stops) {
    const bool logged = due(result.step, options_.log_interval);
    const bool validated =
        !stops && validation_ != nullptr && due(result.step, options_.validation_interval);
    if (!logged && !validated) return;
    const std::chrono::duration<double> elapsed = Clock::now() - since_;
    const auto tokens = stepper_.state().tokens;
    Json line = {{"step", result.step},
                 {"loss", result.loss},
                 {"gradient_norm", result.gradient_norm},
                 {"learning_rate", result.learning_rate},
                 {"tokens", tokens},
                 {"flops", flops()},
                 {"tokens_per_second", static_cast<double>(tokens - counted_) / elapsed.count()}};
    if (validated) {
      const double loss =
          validation_loss(stepper_.network(), options_.step.kind, options_.step.model.mask(),
                          *validation_, options_.step.tokens_per_forward);
      line["validation_loss"] = loss;
      watcher_.validation(result.step, loss);
    }
    log_.add(line);
    since_ = Clock::now();
    counted_ = tokens;
  }

  /// What does not change while it trains.
  void write_description() const {
    auto config = options_.step.model;
    config.kind = options_.step.kind;
    replace_file(options_.output / "config.json", smdm_config_text(config));
    if (options_.tokenizer)
      replace_file(options_.output / "tokenizer.model",
                   read_file(*options_.tokenizer, ErrorKind::checkpoint));
  }

  void checkpoint() {
    const auto& state = stepper_.state();
    if (!stepper_.sound()) {
      throw Error(ErrorKind::training, "step " + std::to_string(state.step) +
                                           ": wanted parameters with a finite loss, got others; " +
                                           kept());
    }
    write_state(options_.output, state, settings_);
    saved_ = state.step;
    write_model();
    replace_file(options_.output / "training.json", summary().dump(2) + "\n");
    if (options_.plot)
      replace_file(options_.output / "loss.svg",
                   loss_curve(log_.records(), options_.output.filename().string()));
  }

  void write_model() const {
    const auto type = options_.stored == ComputeType::bf16 ? at::kBFloat16 : at::kFloat;
    const auto vector = stepper_.state().parameters.to(type);
    OutputFile file(options_.output / "model.safetensors", Existing::replace);
    write_safetensors(file_tensors(stepper_.layout(), vector), {},
                      [&](std::string_view bytes) { file.write(bytes); });
    file.finish();
  }

  [[nodiscard]] Json summary() const {
    const auto& state = stepper_.state();
    Json json = {{"step", state.step},
                 {"steps", options_.step.rate.steps},
                 {"tokens", state.tokens},
                 {"flops", flops()},
                 {"parameters", stepper_.layout().parameters()},
                 {"parameters_outside_embedding_and_head", stepper_.layout().hidden_parameters()}};
    if (!log_.records().empty()) json["loss"] = log_.records().back().at("loss");
    for (const auto& line : log_.records()) {
      if (line.contains("validation_loss")) json["validation_loss"] = line.at("validation_loss");
    }
    json["settings"] = settings_;
    json["provenance"] = options_.provenance;
    return json;
  }

  const TrainOptions& options_;
  const Corpus* validation_;
  const Watcher& watcher_;
  Json settings_;
  std::int64_t last_ = std::min(options_.step.rate.steps, options_.stop_at);  ///< step to stop at
  Stepper stepper_;
  Log log_;
  std::int64_t saved_;  ///< step of the last checkpoint
  Clock::time_point since_ = Clock::now();
  std::int64_t counted_ = stepper_.state().tokens;  ///< when the last record was written
};

void require_learnable(const Corpus& corpus, const Objective& objective) {
  for (std::size_t i = 0; i < corpus.size(); ++i) {
    const BatchRow row{.row = i, .length = corpus.row(i).length, .sample = 0};
    if (learnable_tokens(corpus, std::span(&row, 1), objective) > 0) return;
  }
  throw Error(
      ErrorKind::data,
      corpus.where(0) + ": wanted rows with a token to learn, got none in the whole corpus");
}

}  // namespace

void train(const TrainOptions& options,
           const Corpus& corpus,
           const Corpus* validation,
           const Watcher& watcher) {
  require_learnable(corpus, options.step.objective);
  if (validation != nullptr) require_learnable(*validation, options.step.objective);
  const MissingFolders missing(options.output);
  check_writable(options.output);
  const FolderLock lock(options.output, FolderLock::Others::refuse);
  Loop(options, corpus, validation, watcher).run();
}

}  // namespace smdm::training
