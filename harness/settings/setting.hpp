/// What a user can say (Settings), and what the program knows about one setting: a row of the
/// table (table.hpp). Neither needs LibTorch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "models/config.hpp"

namespace smdm {

/// Options as given; what is empty was not given.
struct Settings {
  // Jobs and files.
  std::vector<std::string> tasks;
  bool list_tasks = false;
  bool json = false;
  std::optional<std::string> requests;
  std::optional<std::string> prompts;
  std::optional<std::string> rescore;
  std::optional<std::string> model;
  std::optional<std::int64_t> model_size;
  std::optional<std::string> tokenizer;
  std::optional<std::string> data;
  std::optional<std::string> output;
  std::optional<std::string> trace;
  bool log_samples = false;
  bool values = false;
  std::vector<std::string> arguments;  ///< the command line, as it is recorded with results
  std::optional<std::string> cache;
  bool fresh = false;
  bool resume_elsewhere = false;
  bool keep_journal = false;
  bool dry_run = false;
  std::optional<std::int64_t> repeat;
  // Changes the numbers.
  std::optional<std::string> backend;
  std::optional<std::string> dtype;
  std::optional<std::string> rope_tables;
  std::optional<std::int64_t> mask_id;
  std::optional<std::string> shift;
  std::optional<std::string> bos;
  std::optional<std::string> preset;
  std::optional<std::string> probe;
  std::optional<std::string> estimator;
  std::optional<std::int64_t> mc_samples;
  std::optional<std::int64_t> mc_strata;
  std::optional<std::string> orders;
  std::optional<std::int64_t> max_rows;
  std::optional<double> target_error;
  bool racing = false;
  std::optional<double> racing_error;
  std::optional<std::string> prompt_reuse;
  std::optional<double> cfg;
  std::optional<double> cfg_second;
  std::optional<std::string> suffix;
  bool greedy = false;
  std::optional<std::string> sampler;
  std::optional<std::int64_t> steps;
  std::optional<std::int64_t> total_length;
  std::optional<std::int64_t> gen_length;
  std::optional<std::int64_t> block_length;
  std::optional<double> threshold;
  std::optional<double> factor;
  std::optional<double> entropy_bound;
  std::optional<std::string> remasking;
  std::optional<std::string> algorithm;
  std::optional<double> algorithm_temperature;
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> top_k;
  std::optional<std::string> eos;
  bool logits_eos_inf = false;
  bool confidence_eos_eot_inf = false;
  std::vector<std::string> stop;
  std::optional<std::string> chat_template_file;
  std::optional<std::string> chat_template;
  std::optional<std::int64_t> samples;
  bool parity = false;
  std::optional<std::string> kv_cache;
  std::optional<std::int64_t> kv_refresh;
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
  std::optional<std::int64_t> rendezvous_timeout;
  std::optional<std::int64_t> rank_timeout;
};

/// What kind of work settings are decided for.
enum class Work : std::uint8_t { likelihood, generation, corpus };

/// What settings are decided for.
struct DecisionFor {
  std::string task;  ///< a task's name, or "" outside tasks
  Work work = Work::likelihood;
  bool cloze = false;       ///< its accuracy is a greedy verdict, and it has no choices to race
  bool two_stages = false;  ///< its protocol has a second pass
  bool gaps = false;        ///< its answers fill gaps, which have lengths of their own
  bool dialogue = false;    ///< it has turns, which a template stands around
  std::string family = {};  ///< of the model, see ModelConfig::family
};

/// What a setting does to the numbers that come out.
enum class Effect : std::uint8_t {
  job,     ///< says what to do and where files lie
  number,  ///< changes the numbers: recorded with every result
  speed,   ///< changes only the speed, never a number
};

/// Where a setting is kept; its type says how it is read and written.
using Member = std::variant<bool Settings::*,
                            std::vector<std::string> Settings::*,
                            std::optional<std::string> Settings::*,
                            std::optional<std::int64_t> Settings::*,
                            std::optional<std::uint64_t> Settings::*,
                            std::optional<int> Settings::*,
                            std::optional<double> Settings::*>;

/// The values that a number may have.
struct Range {
  const char* wanted = nullptr;  ///< in words; null: any
  bool (*holds)(double value) = nullptr;
};

/// The work that a setting has an effect on, by the kind of the model.
struct Use {
  std::vector<Work> diffusion = {};
  std::vector<Work> autoregressive = {};
  /// Finer than that, of settings of which all is decided; null: always.
  bool (*where)(const Settings& decided) = nullptr;
};

/// One setting, all that the program knows of it.
struct Setting {
  const char* names;  ///< as CLI11 takes them: "--limit,-L"; the first one is its name in files
  const char* help;
  Member member;
  Effect effect = Effect::job;
  std::vector<std::string> allowed = {};  ///< empty: any
  Range range = {};
  bool whole_texts = false;  ///< of a list: commas are part of its texts
  // Of settings that change numbers.
  Use use = {};
  /// Whether a checkpoint's evaluation.json may give it a default.
  bool checkpoint_default = false;
  /// Whether presets and checkpoints mean it for diffusion alone, where others use it too.
  bool default_of_diffusion = false;
  /// What it is where nobody says it, and `fallback_of` it: a function of the settings above it in
  /// the table, all decided, and of the work. Null: nothing.
  Json fallback = nullptr;
  Json (*fallback_of)(const Settings& decided, const DecisionFor& what) = nullptr;
  /// Where a results file says it (a JSON pointer), or "" where other settings say it. Null: in
  /// the `settings` of each task, which is what compare, gate and leaderboard go by.
  const char* recorded_at = nullptr;
  /// What `settings` says, null for nothing. Null: the value where `use` holds.
  Json (*recorded)(const Settings& decided, const DecisionFor& what, ModelKind kind) = nullptr;
};

/// "mc-samples": the first name, without its dashes.
[[nodiscard]] std::string name_of(const Setting& setting);

/// "mc_samples": its key in `settings`.
[[nodiscard]] std::string recorded_name(const Setting& setting);

/// The value, null if it was not given. A flag is true or false, a list may be empty.
[[nodiscard]] Json read(const Setting& setting, const Settings& settings);

/// Whether it was given: a value, a flag that is on, a list that is not empty.
[[nodiscard]] bool is_given(const Setting& setting, const Settings& settings);

/// @param value  of the setting's type
/// @throws Json::exception  for another type
void write(const Setting& setting, Settings& settings, const Json& value);

/// As if it were not given.
void clear(const Setting& setting, Settings& settings);

/// Whether it has an effect on this kind of work and model, Use::where aside.
[[nodiscard]] bool is_used(const Setting& setting, Work work, ModelKind kind);

/// @throws Error(usage)  if a value given is not in its range
void check_range(const Setting& setting, const Settings& settings);

}  // namespace smdm
