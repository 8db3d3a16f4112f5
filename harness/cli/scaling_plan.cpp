// What is planned follows from points, where there are some, and from a limit. The script is asked
// for first, so that nobody waits for a measurement whose plan cannot be written.
#include "harness/cli/scaling_plan.hpp"

#include <cmath>
#include <iostream>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/files/output.hpp"
#include "base/files/paths.hpp"
#include "base/text/numbers.hpp"
#include "base/text/visible.hpp"
#include "harness/cli/plan_script.hpp"
#include "harness/cli/values.hpp"
#include "harness/settings/refuse.hpp"
#include "results/scaling/fit.hpp"
#include "results/scaling/plan_report.hpp"

namespace smdm {
namespace {

using scaling::PlanReport;

constexpr double kSecondsAnHour = 3600.0;

bool is_planned(const ScalingPlanSettings& settings) {
  return settings.hours || settings.total_flops;
}

bool is_to_standard_output(const ScalingPlanSettings& settings) {
  return settings.output == "-";
}

void add_plan_options(CLI::App& app, ScalingPlanSettings& s) {
  const auto* group = "Limit and what is planned";
  add_value(app, "--hours", s.hours, "Hours that all trainings together may take here")
      ->group(group);
  add_value(app, "--total-flops", s.total_flops, "FLOPs (6 N D) that they may take")->group(group);
  add_value(app, "--flops-per-second", s.flops_per_second,
            "6 N D a second of a training (default: measured for every size)")
      ->group(group);
  add_value(app, "--backend", s.backend, "mdm, arm or both (default)")
      ->check(one_of({"mdm", "arm", "both"}))
      ->group(group);
  add_value(app, "--budgets", s.budgets, "Budgets of FLOPs (default 4)")->group(group);
  add_value(app, "--budget-ratio", s.budget_ratio, "Of a budget to the one below (default 3)")
      ->group(group);
  add_value(app, "--sizes", s.sizes, "Sizes of each budget (default 5)")->group(group);
  add_value(app, "--reach", s.reach,
            "Times that the outermost sizes are from the expected best (default 4)")
      ->group(group);
  add_value(app, "--seeds", s.seeds, "Trainings of each size (default 1)")->group(group);
}

void add_training_options(CLI::App& app, ScalingPlanSettings& s) {
  const auto* group = "What trainings are given (smdm-eval train --help)";
  add_value(app, "--corpus", s.corpus, "JSON lines of text")->delimiter(',')->group(group);
  add_value(app, "--validation", s.validation, "JSON lines whose loss counts")
      ->delimiter(',')
      ->group(group);
  add_value(app, "--tokenizer", s.tokenizer, "SentencePiece model")->group(group);
  add_value(app, "--vocabulary", s.vocabulary, "For rows of ids, instead of --tokenizer")
      ->group(group);
  add_value(app, "--context", s.context, "Longest sequence in tokens (default 128)")->group(group);
  add_value(app, "--batch-rows", s.batch_rows, "Rows per step (default 32)")->group(group);
  add_value(app, "--rows", s.rows, "stream (default) or document")
      ->check(one_of({"document", "stream"}))
      ->group(group);
  add_value(app, "--mask-schedule", s.mask_schedule, "bernoulli (default) or exact")
      ->check(one_of({"bernoulli", "exact"}))
      ->group(group);
  add_value(app, "--optimizer", s.optimizer, "adamw (default) or muon")
      ->check(one_of({"adamw", "muon"}))
      ->group(group);
  add_value(app, "--learning-rate,--lr", s.learning_rate,
            "At the reference width; others have it by 1 / width (default 2e-4, with muon 5e-3)")
      ->group(group);
  add_value(app, "--reference-width", s.reference_width, "Default 768, with muon 96")->group(group);
  add_value(app, "--threads", s.threads, "CPU threads (default: all cores)")->group(group);
}

[[noreturn]] void refuse_count(const char* option,
                               std::int64_t least,
                               std::int64_t most,
                               std::int64_t came) {
  refuse(option, std::to_string(least) + " to " + std::to_string(most), std::to_string(came));
}

void require(const char* option, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value < least || value > most) refuse_count(option, least, most, value);
}

void require_above(const char* option, std::optional<double> value, double least) {
  if (value && !(*value > least && std::isfinite(*value)))
    refuse(option, "a number above " + number_text(least), number_text(*value));
}

void check_numbers(const ScalingPlanSettings& s) {
  constexpr std::int64_t kMany = 50;
  constexpr std::int64_t kManySeeds = 1000;
  constexpr std::int64_t kLongest = 1 << 20;
  constexpr std::int64_t kMostRows = 1 << 24;
  constexpr double kLeastRatio = 1.05;  // budgets within a hundredth are one
  require("--budgets", s.budgets, 1, kMany);
  require("--sizes", s.sizes, 1, kMany);
  require("--seeds", s.seeds, 1, kManySeeds);
  require("--context", s.context, 2, kLongest);
  require("--batch-rows", s.batch_rows, 1, kMostRows);
  require("--vocabulary", s.vocabulary, 0, kMostRows);
  if (s.reference_width) require("--reference-width", *s.reference_width, 1, kLongest);
  require_above("--hours", s.hours, 0.0);
  require_above("--total-flops", s.total_flops, 0.0);
  require_above("--flops-per-second", s.flops_per_second, 0.0);
  require_above("--budget-ratio", s.budget_ratio, kLeastRatio);
  require_above("--reach", s.reach, 1.0);
  require_above("--learning-rate", s.learning_rate, 0.0);
  require_above("--loss", s.loss, 0.0);
}

void require_files(const std::vector<std::string>& files, ErrorKind kind) {
  for (const auto& file : files) {
    if (!is_file(file))
      throw Error(kind, "wanted a file at " + file + ", found " + in_words(look_at(file)));
  }
}

void check_trainings(const ScalingPlanSettings& s) {
  if (s.corpus.empty()) throw Error(ErrorKind::usage, "wanted --corpus, which is trained on");
  if (s.validation.empty())
    throw Error(ErrorKind::usage, "wanted --validation, whose loss is what a law is of");
  if (s.tokenizer.empty() && s.vocabulary == 0)
    throw Error(ErrorKind::usage, "wanted --tokenizer, or --vocabulary for rows of ids");
  require_files(s.corpus, ErrorKind::data);
  require_files(s.validation, ErrorKind::data);
  if (!s.tokenizer.empty()) require_files({s.tokenizer}, ErrorKind::checkpoint);
}

/// A limit, or points that further trainings are told for and nothing else.
void check_limit(const ScalingPlanSettings& s) {
  if (s.hours && s.total_flops)
    throw Error(ErrorKind::usage, "wanted one of --hours and --total-flops, got both");
  const bool of_plan = s.output || s.runs || !s.corpus.empty() || s.inputs.empty();
  if (!is_planned(s) && of_plan)
    throw Error(ErrorKind::usage, "wanted one of --hours and --total-flops, got neither");
  if (s.json && is_to_standard_output(s))
    throw Error(ErrorKind::usage,
                "--json: wanted no --output - beside it, since both are standard output");
  if (s.loss && s.inputs.empty()) refuse("--loss", "points that have a gap there", "none");
  if (!s.exclude.empty() && s.inputs.empty())
    refuse("--exclude", "points to leave some out of", "none");
}

/// What points say: laws of sizes, and what else to train.
struct Known {
  std::vector<scaling::FamilyFit> fits;
  std::vector<scaling::Further> further;
};

Known known_from(const ScalingPlanSettings& settings) {
  if (settings.inputs.empty()) return {};
  auto points = scaling::read_points(settings.inputs);
  scaling::exclude(points, settings.exclude);
  // Errors of lines are wanted, which are no matter of draws.
  constexpr scaling::DrawSettings kFewDraws{.seed = 0, .draws = 100, .refits = 100};
  auto fit =
      scaling::fit_points(points, {.methods = {scaling::Method::isoflop, scaling::Method::envelope},
                                   .draws = kFewDraws,
                                   .losses = {}});
  const auto families = scaling::families_of(points.points);
  auto further = scaling::further_runs(families, fit.fits, settings.loss);
  if (!is_planned(settings) && further.empty())
    throw Error(ErrorKind::data,
                "wanted points of two families with laws by parabolas, got " +
                    std::to_string(families.size()) +
                    (families.size() == 1 ? " family" : " families, and no two such laws"));
  return {.fits = std::move(fit.fits), .further = std::move(further)};
}

scaling::PlanRequest request_of(const ScalingPlanSettings& s, const Known& known) {
  constexpr double kAdamRate = 2e-4;
  constexpr double kMuonRate = 5e-3;
  constexpr double kAdamWidth = 768.0;
  constexpr double kMuonWidth = 96.0;
  const bool is_muon = s.optimizer == "muon";
  scaling::PlanRequest request{
      .families = {},
      .budgets = static_cast<std::size_t>(s.budgets),
      .ratio = s.budget_ratio,
      .sizes = static_cast<std::size_t>(s.sizes),
      .reach = s.reach,
      .seeds = static_cast<std::size_t>(s.seeds),
      .tokens_a_step = static_cast<double>(s.batch_rows * s.context),
      .learning_rate = s.learning_rate.value_or(is_muon ? kMuonRate : kAdamRate),
      .reference_width = is_muon ? kMuonWidth : kAdamWidth};
  if (s.reference_width) request.reference_width = static_cast<double>(*s.reference_width);
  for (const char* backend : {"mdm", "arm"}) {
    if (s.backend != "both" && s.backend != backend) continue;
    auto sizes = scaling::fitted_sizes(known.fits, backend);
    request.families.push_back(
        {.backend = backend, .sizes = sizes ? *sizes : scaling::usual_sizes(backend)});
  }
  return request;
}

PlanReport within_flops(const ScalingPlanSettings& settings, const scaling::PlanRequest& request) {
  const auto cost = &scaling::PlannedSize::flops;
  const double limit = settings.total_flops.value();
  const auto least = scaling::smallest_plan(request);
  const double needed = scaling::cost_of(least, cost);
  if (needed > limit)
    refuse("--total-flops",
           "at least " + short_text(needed) + " for " + std::to_string(least.trainings()) +
               " trainings of " + short_text(least.budgets.front()) + " to " +
               short_text(least.budgets.back()) +
               " FLOPs (fewer budgets, sizes or seeds, smaller steps, or a smaller ratio or reach "
               "take less)",
           short_text(limit));
  return {.request = request,
          .plan = scaling::plan_within(request, cost, limit),
          .seconds = {},
          .rates = {},
          .corpus_tokens = std::nullopt};
}

/// Rates that are given, or the machine's.
PlanReport within_hours(const ScalingPlanSettings& settings,
                        scaling::PlanRequest request,
                        const TrainingMachine* machine) {
  scaling::Rates rates(machine != nullptr ? machine->rate
                                          : [&](const std::string&, const scaling::Shape&) {
                                              return settings.flops_per_second.value();
                                            });
  scaling::Overhead overhead;
  std::optional<double> tokens;
  if (machine != nullptr) {
    const auto count = machine->read();
    tokens = count.tokens;
    request.tokens_a_step = static_cast<double>(settings.batch_rows) * count.tokens / count.rows;
    overhead = {.seconds = count.seconds, .validation_tokens = count.validation_tokens};
  }
  const double seconds = settings.hours.value() * kSecondsAnHour;
  PlanReport report{.request = request,
                    .plan = scaling::plan_within_seconds(request, rates, overhead, seconds),
                    .seconds = {},
                    .rates = {},
                    .corpus_tokens = tokens};
  const auto cost = scaling::seconds_by(rates, overhead);
  for (const auto& size : report.plan.sizes) report.seconds.push_back(cost(size));
  if (machine != nullptr) report.rates = rates.measured();
  return report;
}

Json settings_json(const ScalingPlanSettings& s) {
  Json json = {{"context", s.context},     {"batch_rows", s.batch_rows},
               {"rows", s.rows},           {"mask_schedule", s.mask_schedule},
               {"optimizer", s.optimizer}, {"threads", s.threads}};
  json["hours"] = s.hours ? Json(*s.hours) : Json();
  json["total_flops"] = s.total_flops ? Json(*s.total_flops) : Json();
  return json;
}

void print(const ScalingPlanSettings& settings,
           const std::optional<PlanReport>& report,
           const Known& known) {
  if (settings.json) {
    Json json = report ? plan_json(*report) : Json::object({{"schema", 1}});
    if (report) json["settings"] = settings_json(settings);
    json["inputs"] = settings.inputs;
    json["excluded"] = settings.exclude;
    json["further"] = further_json(known.further);
    std::cout << json.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    return;
  }
  auto& out = is_to_standard_output(settings) ? std::cerr : std::cout;
  if (report) out << plan_text(*report);
  if (report && !known.further.empty()) out << "\n";
  out << further_text(known.further);
}

}  // namespace

CLI::App* add_scaling_plan(CLI::App& scaling, ScalingPlanSettings& settings) {
  auto* plan = scaling.add_subcommand(
      "plan", "Plan trainings within hours or FLOPs, and which further ones narrow a gap most");
  add_value(*plan, "FILE|RUN", settings.inputs, "Points that there are: as scaling fit takes them");
  add_value(*plan, "--exclude", settings.exclude,
            "Points to leave out: family, family:flops or family:flops:params");
  add_value(*plan, "--loss", settings.loss,
            "Loss at which the gap is to be narrowed (default: the middle)");
  add_value(*plan, "--output,-o", settings.output,
            "New script of the shell with all trainings; - for standard output");
  add_value(*plan, "--runs", settings.runs,
            "Folder of the trainings (default: named after the script)");
  plan->add_flag("--json", settings.json, "Print JSON instead of tables");
  add_plan_options(*plan, settings);
  add_training_options(*plan, settings);
  return plan;
}

void check_scaling_plan(const ScalingPlanSettings& settings) {
  check_limit(settings);
  check_numbers(settings);
  if (is_planned(settings)) check_trainings(settings);
}

bool is_rate_wanted(const ScalingPlanSettings& settings) {
  return settings.hours && !settings.flops_per_second;
}

void run_scaling_plan(const ScalingPlanSettings& settings, const TrainingMachine* machine) {
  std::optional<OutputFile> script;
  if (settings.output)
    script.emplace(is_to_standard_output(settings) ? "/dev/stdout" : *settings.output);
  const auto known = known_from(settings);
  std::optional<PlanReport> report;
  if (is_planned(settings)) {
    const auto request = request_of(settings, known);
    report =
        settings.hours ? within_hours(settings, request, machine) : within_flops(settings, request);
  }
  print(settings, report, known);
  if (!script) return;
  script->write(plan_script(report.value(), settings));
  script->finish();
  if (!is_to_standard_output(settings))
    std::cerr << "wrote " << visible(settings.output.value())
              << "; start it by: " << visible(start_command(settings.output.value())) << "\n";
}

}  // namespace smdm
