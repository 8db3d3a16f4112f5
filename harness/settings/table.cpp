// The table of settings. A row names the setting, says what it changes and for which work, what it
// may be and what it is by default; setting.hpp says what each column means.
#include "harness/settings/table.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <stdexcept>

#include "harness/settings/choices.hpp"
#include "harness/settings/rows.hpp"

namespace smdm {
namespace {

using enum Effect;
constexpr Range kCountOrFraction{
    .wanted = "a whole number of documents, or a fraction below 1", .holds = [](double v) {
      return std::isfinite(v) && v > 0.0 && (v < 1.0 || v == std::floor(v));
    }};
constexpr Range kBelow2To32{.wanted = "less than 2^32",
                            .holds = [](double v) { return v < 4294967296.0; }};

/// What every kind of work and model uses.
Use all_work() {
  const std::vector<Work> all = {Work::likelihood, Work::generation, Work::corpus};
  return {.diffusion = all, .autoregressive = all};
}

Rows job_rows() {
  return {
      {.names = "--task,--tasks",
       .help = "Tasks or groups to evaluate, separated by commas",
       .member = &Settings::tasks},
      {.names = "--list-tasks", .help = "List tasks and groups", .member = &Settings::list_tasks},
      {.names = "--json",
       .help = "With --task, --dry-run or --list-tasks: print JSON instead of tables",
       .member = &Settings::json},
      {.names = "--requests",
       .help = "Score the pairs of a JSON-lines file",
       .member = &Settings::requests},
      {.names = "--prompts",
       .help = "Generate from the prompts of a JSON-lines file",
       .member = &Settings::prompts},
      {.names = "--rescore",
       .help = "Judge stored generations (with --task), without a model",
       .member = &Settings::rescore},
      {.names = "--model,-m",
       .help = "Checkpoint: a folder, or NAME.safetensors with NAME.config.json beside it (default "
               "with --task: an embedded one)",
       .member = &Settings::model},
      {.names = "--model-size",
       .help = "Published size in millions of parameters, for a checkpoint without a configuration",
       .member = &Settings::model_size},
      {.names = "--tokenizer",
       .help = "SentencePiece model; default: tokenizer.model beside the weights",
       .member = &Settings::tokenizer},
      {.names = "--data",
       .help = "Root folder of the benchmark data, or embedded: the micro world that comes with "
               "the program",
       .member = &Settings::data},
      {.names = "--output,--output_path,--output-path,-o",
       .help = "With --task a folder for results and samples (default: "
               "runs/<date>-<model>-<task>); else a file of JSON lines, or - (the default)",
       .member = &Settings::output},
      {.names = "--trace",
       .help = "File of JSON lines: what each step of a generation with a masked diffusion model "
               "reveals",
       .member = &Settings::trace},
      {.names = "--values",
       .help = "--requests: also write what all subsets say of each (docs/likelihood.md); samples "
               "of --task always have it",
       .member = &Settings::values},
  };
}

/// What is kept of a run, and what is made of it.
Rows keeping_rows() {
  return {
      {.names = "--cache",
       .help = "File of answers that runs share: none is computed twice (docs/runs.md)",
       .member = &Settings::cache},
      {.names = "--fresh",
       .help = "Start over, without the journal of an incomplete run",
       .member = &Settings::fresh},
      {.names = "--resume-elsewhere",
       .help = "Go on with a run that was begun on another processor or GPU",
       .member = &Settings::resume_elsewhere},
      {.names = "--keep-journal",
       .help = "Keep the journal of a run beside its files when it is complete",
       .member = &Settings::keep_journal},
      {.names = "--dry-run",
       .help = "With --task: say what would run and about how long it takes, and stop",
       .member = &Settings::dry_run},
      {.names = "--repeat",
       .help = "With --task: run so often, with seeds that follow each other, each into a folder "
               "seed-<seed> of --output",
       .member = &Settings::repeat},
      {.names = "--log_samples,--log-samples",
       .help = "Accepted for compatibility: samples are always written",
       .member = &Settings::log_samples},
  };
}

std::vector<std::string> dtype_names() {
  auto names = names_of(kAllComputeTypes);
  names.insert(names.begin(), kAutoDtype);
  return names;
}

/// What auto comes to is of the model, and said there.
Json recorded_bos(const Settings& decided, const DecisionFor& /*what*/, ModelKind /*kind*/) {
  const auto bos = decided.bos.value();
  return bos == name_of(kAllBosChoices, BosChoice::automatic) ? Json() : Json(bos);
}

/// Of the model, and of the texts that it reads.
Rows model_rows() {
  return {
      {.names = "--backend",
       .help = "Kind of model, where the checkpoint does not say, or of the embedded one",
       .member = &Settings::backend,
       .effect = number,
       .allowed = names_of(kAllBackends),
       .use = all_work(),
       .recorded_at = "/smdm_eval/model/kind"},
      {.names = "--dtype",
       .help = "Arithmetic: f32, bf16, or auto (default): f32 for SMDM's models; for others f32 "
               "where the weights fit in free memory, on a GPU as stored",
       .member = &Settings::dtype,
       .effect = number,
       .allowed = dtype_names(),
       .use = all_work(),
       .recorded_at = "/config/model_dtype"},
      {.names = "--rope-tables",
       .help = "Rotary tables; default: what the checkpoint says, else bf16",
       .member = &Settings::rope_tables,
       .effect = number,
       .allowed = names_of(kAllRopeTables),
       .use = all_work(),
       .recorded_at = "/smdm_eval/model/rope_tables"},
      {.names = "--mask-id",
       .help = "Id of the mask token, where a masked diffusion model's files do not say it",
       .member = &Settings::mask_id,
       .effect = number,
       .range = kFromZero,
       .use = all_work(),
       .recorded_at = "/smdm_eval/model/mask_id"},
      {.names = "--shift",
       .help = "Whether the logits of a converted autoregressive model (A2D) stand one position "
               "before their tokens (default off)",
       .member = &Settings::shift,
       .effect = number,
       .allowed = names_of(kOnOrOff),
       .use = all_work(),
       .recorded_at = "/smdm_eval/model/shifted"},
      {.names = "--bos",
       .help = "BOS in front of every text: on, off, or auto (default): as the model's published "
               "evaluation does, else what its tokenizer does by itself",
       .member = &Settings::bos,
       .effect = number,
       .allowed = names_of(kAllBosChoices),
       .use = all_work(),
       .fallback = name_of(kAllBosChoices, BosChoice::automatic),
       .recorded = recorded_bos},
  };
}

/// Of what the model is asked for.
Rows question_rows() {
  return {
      {.names = "--preset",
       .help = "Named settings per task, as published: smdm, llada or dream",
       .member = &Settings::preset,
       .effect = number,
       .allowed = names_of(kAllPresets),
       .use = all_work(),
       .recorded_at = ""},
      {.names = "--probe",
       .help = "Ask without generating (reverse_curse): likelihood = rank the true completion "
               "among those of the other entities",
       .member = &Settings::probe,
       .effect = number,
       .allowed = {"likelihood"},
       .use = both_models(Work::likelihood)},
  };
}

/// Of every draw, and of which documents are read.
Rows document_rows() {
  return {
      {.names = "--seed",
       .help = "Seed of every draw, below 2^32 (default 0)",
       .member = &Settings::seed,
       .effect = number,
       .range = kBelow2To32,
       .use = all_work(),
       .fallback = 0,
       .recorded_at = "/config/random_seed"},  // and as each task's `seed`: repeats differ in it
      {.names = "--limit,-L",
       .help = "Documents per task: a count, or a fraction below 1",
       .member = &Settings::limit,
       .effect = number,
       .range = kCountOrFraction,
       .use = all_work(),
       .recorded_at = "/config/limit"},
  };
}

/// Of dated corpora.
Rows corpus_rows() {
  const auto corpora = both_models(Work::corpus);
  return {
      {.names = "--packing",
       .help = "temporal_shift: texts one by one (default), or end to end as the paper",
       .member = &Settings::packing,
       .effect = number,
       .allowed = names_of(kAllTextPackings),
       .use = corpora,
       .fallback = name_of(kAllTextPackings, TextPacking::document)},
      {.names = "--text-fields",
       .help = "temporal_shift: fields of a document, joined by line ends (default text, or "
               "title,abstract)",
       .member = &Settings::text_fields,
       .effect = number,
       .use = corpora},
      {.names = "--date-field",
       .help = "temporal_shift: field with a document's date (default: a file is a period)",
       .member = &Settings::date_field,
       .effect = number,
       .use = corpora},
      {.names = "--period",
       .help = "temporal_shift: month (default), year, or FROM..TO of --date-field; several "
               "FROM..TO separated by commas",
       .member = &Settings::period,
       .effect = number,
       .use = corpora,
       .fallback_of = [](const Settings& s, const DecisionFor& /*what*/) -> Json {
         return s.date_field ? Json::array({"month"}) : Json();
       }},
      {.names = "--reference-period",
       .help = "temporal_shift: period that changes are from (default: the earliest)",
       .member = &Settings::reference_period,
       .effect = number,
       .use = corpora},
  };
}

Rows speed_rows() {
  return {
      {.names = "--batch-size,--batch_size,-b",
       .help = "Rows per forward (default 64, on a GPU 512)",
       .member = &Settings::batch_size,
       .effect = speed,
       .range = kAtLeastOne},
      {.names = "--device",
       .help = "auto (default), cpu, cuda or cuda:N",
       .member = &Settings::device,
       .effect = speed},
      {.names = "--threads",
       .help = "CPU threads (default: all cores; of ranks that share a node, a part of them each)",
       .member = &Settings::threads,
       .effect = speed,
       .range = kAtLeastOne},
      {.names = "--rendezvous-timeout",
       .help = "Of several ranks: seconds for all of them to be there (default 600)",
       .member = &Settings::rendezvous_timeout,
       .effect = speed,
       .range = kAtLeastOne},
      {.names = "--rank-timeout",
       .help = "Of several ranks: seconds without a sign of life after which the work of a rank "
               "goes to the others (default 15)",
       .member = &Settings::rank_timeout,
       .effect = speed,
       .range = kAtLeastOne},
  };
}

Rows whole_table() {
  Rows all;
  for (auto* part : {job_rows, keeping_rows, model_rows, question_rows, likelihood_rows,
                     generation_rows, document_rows, corpus_rows, speed_rows}) {
    auto rows = part();
    std::ranges::move(rows, std::back_inserter(all));
  }
  return all;
}

}  // namespace

std::span<const Setting> all_settings() {
  static const auto kTable = whole_table();
  return kTable;
}

const Setting& setting_named(const std::string& name) {
  for (const auto& setting : all_settings()) {
    if (name_of(setting) == name) return setting;
  }
  throw std::invalid_argument("no setting is called " + name);
}

void check_ranges(const Settings& settings) {
  for (const auto& setting : all_settings()) check_range(setting, settings);
}

}  // namespace smdm
