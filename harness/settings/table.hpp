/// Everything a user can say, in one table: the command line, the configuration file, --help and
/// the settings recorded in results are all made from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace smdm {

/// What a setting does to the numbers that come out.
enum class Effect : std::uint8_t {
  job,     ///< says what to do and where files lie
  number,  ///< changes the numbers: recorded with every result
  speed,   ///< changes only the speed, never a number
};

/// Options as given; what is empty was not given.
struct Settings {
  // Jobs and files.
  std::vector<std::string> tasks;
  bool list_tasks = false;
  std::optional<std::string> requests;
  std::optional<std::string> prompts;
  std::optional<std::string> rescore;
  std::optional<std::string> model;
  std::optional<std::int64_t> model_size;
  std::optional<std::string> tokenizer;
  std::optional<std::string> data;
  std::optional<std::string> output;
  bool log_samples = false;
  std::vector<std::string> arguments;  ///< the command line, as it is recorded with results
  bool dry_run = false;
  std::optional<std::int64_t> repeat;
  // Changes the numbers.
  std::optional<std::string> backend;
  std::optional<std::string> dtype;
  std::optional<std::string> rope_tables;
  std::optional<std::string> preset;
  std::optional<std::string> probe;
  std::optional<std::string> estimator;
  std::optional<std::int64_t> mc_samples;
  std::optional<std::int64_t> mc_strata;
  std::optional<std::int64_t> max_rows;
  std::optional<double> target_error;
  bool racing = false;
  std::optional<double> racing_error;
  std::optional<std::string> prompt_reuse;
  std::optional<double> cfg;
  std::optional<double> cfg_second;
  bool greedy = false;
  std::optional<std::string> sampler;
  std::optional<std::int64_t> steps;
  std::optional<std::int64_t> total_length;
  std::optional<double> temperature;
  std::optional<std::int64_t> stages;
  std::optional<std::uint64_t> seed;
  std::optional<double> limit;
  std::optional<std::string> packing;
  std::vector<std::string> text_fields;
  std::optional<std::string> date_field;
  std::vector<std::string> period;
  std::optional<std::string> reference_period;
  // Changes only the speed.
  std::optional<std::int64_t> batch_size;
  std::optional<std::string> device;
  std::optional<int> threads;
};

/// One setting: its names, its help, what it changes, and the values it may have (empty: any).
struct Field {
  const char* names;  ///< as CLI11 takes them: "--limit,-L"; the first one is its name in files
  const char* help;
  Effect effect;
  std::vector<std::string> allowed;

  Field(const char* all_names,
        const char* one_line,
        Effect what = Effect::job,
        std::vector<std::string> values = {})
      : names(all_names), help(one_line), effect(what), allowed(std::move(values)) {}

  /// "mc-samples": the first name, without its dashes.
  [[nodiscard]] std::string name() const {
    const std::string all = names;
    return all.substr(2, all.find(',') - 2);
  }
};

/// Shows the settings that say what to do to `visit(field, value)`.
template <typename AnySettings, typename Visit>
void for_each_job_field(AnySettings& s, const Visit& visit) {
  visit(Field{"--task,--tasks", "Tasks or groups to evaluate, separated by commas"}, s.tasks);
  visit(Field{"--list-tasks", "List tasks and groups"}, s.list_tasks);
  visit(Field{"--requests", "Score the pairs of a JSON-lines file"}, s.requests);
  visit(Field{"--prompts", "Generate from the prompts of a JSON-lines file"}, s.prompts);
  visit(Field{"--rescore", "Judge stored generations (with --task), without a model"}, s.rescore);
  visit(
      Field{
          "--model,-m",
          "Checkpoint: a folder, or NAME.safetensors with NAME.config.json beside it (default with "
          "--task: an embedded one)"},
      s.model);
  visit(Field{"--model-size",
              "Published size in millions of parameters, for a checkpoint without a configuration"},
        s.model_size);
  visit(Field{"--tokenizer", "SentencePiece model; default: tokenizer.model beside the weights"},
        s.tokenizer);
  visit(Field{"--data",
              "Root folder of the benchmark data, or embedded: the micro world that comes with the "
              "program"},
        s.data);
  visit(Field{"--output,--output_path,--output-path,-o",
              "With --task a folder for results and samples (default: "
              "runs/<date>-<model>-<task>); else a file of JSON lines, or - (the default)"},
        s.output);
  visit(Field{"--dry-run", "With --task: say what would run and about how long it takes, and stop"},
        s.dry_run);
  visit(Field{"--repeat",
              "With --task: run so often, with seeds that follow each other, each into a folder "
              "seed-<seed> of --output"},
        s.repeat);
  visit(Field{"--log_samples,--log-samples",
              "Accepted for compatibility: samples are always written"},
        s.log_samples);
}

/// Those of likelihoods.
template <typename AnySettings, typename Visit>
void for_each_likelihood_field(AnySettings& s, const Visit& visit) {
  using enum Effect;
  visit(Field{"--estimator",
              "Likelihood of a masked diffusion model (default auto: exact where 2^L - 1 <= "
              "--mc-samples, else balanced)",
              number,
              {"auto", "exact", "balanced", "fixed-count", "mc", "chain-rule"}},
        s.estimator);
  visit(Field{"--mc-samples",
              "Rows per request (default 32 for auto and balanced, 128 for fixed-count, 1024 for "
              "mc)",
              number},
        s.mc_samples);
  visit(Field{"--mc-strata", "Samples per stratified round of mc (default 32)", number},
        s.mc_strata);
  visit(Field{"--max-rows",
              "Most rows per request of exact and under --target-error (default 4096)", number},
        s.max_rows);
  visit(Field{"--target-error",
              "auto and balanced: add rows until the standard error in nats is below this", number},
        s.target_error);
  visit(Field{"--racing",
              "auto and balanced: stop computing a choice that cannot win its question any more",
              number},
        s.racing);
  visit(Field{"--racing-error",
              "Bound on the chance that a race eliminates the exact winner (default 0.01)", number},
        s.racing_error);
  visit(Field{"--prompt-reuse",
              "balanced and racing: rows over a frozen prompt, corrected without bias; auto "
              "(default): where the prompt has at least four times the target's tokens",
              number,
              {"auto", "on", "off"}},
        s.prompt_reuse);
  visit(
      Field{"--cfg", "Classifier-free guidance w: un + (w + 1) * (cond - un) (default 0)", number},
      s.cfg);
  visit(Field{"--cfg-second", "Guidance of gsm8k's second stage (default: that of --cfg)", number},
        s.cfg_second);
  visit(Field{"--greedy", "Also tell whether greedy decoding gives the continuation", number},
        s.greedy);
}

/// Shows the settings that change numbers to `visit(field, value)`.
template <typename AnySettings, typename Visit>
void for_each_number_field(AnySettings& s, const Visit& visit) {
  using enum Effect;
  visit(Field{"--backend",
              "Kind of model, where the checkpoint does not say, or of the embedded one",
              number,
              {"mdm", "arm"}},
        s.backend);
  visit(Field{"--dtype",
              "Arithmetic: f32 (default), or bf16 as the published runs",
              number,
              {"f32", "bf16"}},
        s.dtype);
  visit(Field{"--rope-tables",
              "Rotary tables; default: what the checkpoint says, else bf16",
              number,
              {"bf16", "f32"}},
        s.rope_tables);
  visit(Field{"--preset", "Named settings per task: smdm = the SMDM paper's", number, {"smdm"}},
        s.preset);
  visit(Field{"--probe",
              "Ask without generating (reverse_curse): likelihood = rank the true completion among "
              "those of the other entities",
              number,
              {"likelihood"}},
        s.probe);
  for_each_likelihood_field(s, visit);
  visit(Field{"--sampler",
              "Order of unmasking (default confidence)",
              number,
              {"confidence", "ancestral"}},
        s.sampler);
  visit(Field{"--steps",
              "Denoising steps (default 256 for gsm8k, 32 for reverse_curse, 64 for --prompts)",
              number},
        s.steps);
  visit(Field{"--total-length",
              "Tokens of prompt and answer together (default 256; 52 for reverse_curse)", number},
        s.total_length);
  visit(Field{"--temperature", "Of the Gumbel noise (default 0: none)", number}, s.temperature);
  visit(Field{"--stages", "Of gsm8k on a masked diffusion model: 2 (default), or 1", number},
        s.stages);
  visit(Field{"--seed", "Seed of every draw, below 2^32 (default 0)", number}, s.seed);
  visit(Field{"--limit,-L", "Documents per task: a count, or a fraction below 1", number}, s.limit);
}

/// Those of dated corpora.
template <typename AnySettings, typename Visit>
void for_each_corpus_field(AnySettings& s, const Visit& visit) {
  using enum Effect;
  visit(Field{"--packing",
              "temporal_shift: texts one by one (default), or end to end as the paper",
              number,
              {"document", "stream"}},
        s.packing);
  visit(Field{"--text-fields",
              "temporal_shift: fields of a document, joined by line ends (default text, or "
              "title,abstract)",
              number},
        s.text_fields);
  visit(Field{"--date-field",
              "temporal_shift: field with a document's date (default: a file is a period)", number},
        s.date_field);
  visit(
      Field{"--period",
            "temporal_shift: month (default), year, or FROM..TO of --date-field; several FROM..TO "
            "separated by commas",
            number},
      s.period);
  visit(Field{"--reference-period",
              "temporal_shift: period that changes are from (default: the earliest)", number},
        s.reference_period);
}

/// Shows every setting to `visit(field, value)`, in the order of --help.
template <typename AnySettings, typename Visit>
void for_each_field(AnySettings& s, const Visit& visit) {
  using enum Effect;
  for_each_job_field(s, visit);
  for_each_number_field(s, visit);
  for_each_corpus_field(s, visit);
  visit(Field{"--batch-size,--batch_size,-b", "Rows per forward (default 64, on a GPU 512)", speed},
        s.batch_size);
  visit(Field{"--device", "auto (default), cpu, cuda or cuda:N", speed}, s.device);
  visit(Field{"--threads", "CPU threads (default: all cores)", speed}, s.threads);
}

}  // namespace smdm
