// The script waits for each training in the background: a shell obeys a signal at once only while
// it waits, and hands it on. Whatever the user named stands in it quoted, and as no option.
#include "harness/cli/plan_script.hpp"

#include <filesystem>
#include <vector>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "base/text/numbers.hpp"
#include "base/text/shell.hpp"
#include "base/text/visible.hpp"
#include "harness/cli/version.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

/// A path that no program takes for an option.
std::string as_path(const std::string& path) {
  return path.starts_with('-') ? "./" + path : path;
}

std::string joined_paths(const Texts& paths) {
  std::string text;
  for (const auto& path : paths) text += (text.empty() ? "" : ",") + as_path(path);
  return text;
}

std::string quoted(const std::string& text) {
  return shell_command(text, {});
}

std::string words_of(const Texts& texts) {
  std::string words;
  for (const auto& text : texts) words += (words.empty() ? "" : " ") + quoted(text);
  return words;
}

/// An assignment of the shell.
std::string set_variable(const std::string& name, const std::string& value) {
  return name + "=" + quoted(value) + "\n";
}

/// Where trainings go if nobody says it.
std::string runs_folder(const ScalingPlanSettings& settings) {
  if (settings.runs) return as_path(*settings.runs);
  const auto output = settings.output.value_or("-");
  if (output == "-") return "scaling-runs";
  const fs::path script(output);
  return as_path((script.parent_path() / script.stem()).string() + "-runs");
}

Texts common_options(const ScalingPlanSettings& s) {
  // A law takes the loss at the end alone.
  const std::string never = "1000000000";
  Texts options = {"--corpus",
                   joined_paths(s.corpus),
                   "--validation",
                   joined_paths(s.validation),
                   "--context",
                   std::to_string(s.context),
                   "--rows",
                   s.rows,
                   "--batch-rows",
                   std::to_string(s.batch_rows),
                   "--mask-schedule",
                   s.mask_schedule,
                   "--optimizer",
                   s.optimizer,
                   "--log-interval",
                   "10",
                   "--validation-interval",
                   never};
  const auto add = [&](const char* option, const std::string& value) {
    options.insert(options.end(), {option, value});
  };
  if (!s.tokenizer.empty()) add("--tokenizer", as_path(s.tokenizer));
  if (s.vocabulary > 0) add("--vocabulary", std::to_string(s.vocabulary));
  if (s.threads > 0) add("--threads", std::to_string(s.threads));
  return options;
}

std::string folder_of(const std::string& runs, const scaling::PlannedSize& size, std::size_t seed) {
  return runs + "/" + size.backend + "-" + short_text(size.budget) + "-" +
         fixed_text(size.shape.params(), 0) + "-seed-" + std::to_string(seed);
}

Texts own_options(const scaling::PlannedSize& size, std::size_t seed) {
  return {"--backend",       size.backend,
          "--layers",        std::to_string(size.shape.layers),
          "--width",         std::to_string(size.shape.width),
          "--heads",         std::to_string(size.shape.heads),
          "--intermediate",  std::to_string(size.shape.intermediate),
          "--flops",         short_text(size.budget),
          "--learning-rate", short_text(size.learning_rate),
          "--seed",          std::to_string(seed)};
}

std::string comments(const scaling::PlanReport& report, const ScalingPlanSettings& settings) {
  std::string text = "#!/bin/sh\n# Trainings for a scaling law, planned by smdm-eval " +
                     std::string(kVersion) + ":\n# " +
                     visible(shell_command("smdm-eval", settings.command)) + "\n# " +
                     std::to_string(report.plan.trainings()) + " trainings, " +
                     short_text(report.flops()) + " FLOPs";
  if (!report.seconds.empty()) {
    constexpr double kHour = 3600.0;
    text += ", about " + fixed_text(report.all_seconds() / kHour, 2) +
            " hours on the machine that they were planned on";
  }
  return text + "; the longest takes " + short_text(report.most_tokens()) +
         " tokens.\n"
         "# It may be stopped at any time and started again: what has come to its end is skipped,\n"
         "# and what was interrupted goes on from its last checkpoint.\n"
         "# SMDM_EVAL names another program than the one that wrote this.\n\n";
}

/// Skips a training at its end; else starts it and waits. One whose loss is not finite does not
/// keep the others from running.
constexpr const char* kFunctions = R"(
at_end() {
  [ -f "$1/training.json" ] || return 1
  step=$(sed -n 's/^  "step": \([0-9]*\),*$/\1/p' "$1/training.json")
  steps=$(sed -n 's/^  "steps": \([0-9]*\),*$/\1/p' "$1/training.json")
  [ -n "$step" ] && [ "$step" = "$steps" ]
}

child=
stop() {
  if [ -n "$child" ]; then
    kill -s TERM "$child" 2>/dev/null || :
    wait "$child" || :
  fi
  exit "$1"
}
trap 'stop 129' HUP
trap 'stop 130' INT
trap 'stop 143' TERM

training() {
  folder=$1
  shift
  if at_end "$folder"; then
    printf '%s: at its end\n' "$folder" >&2
    return
  fi
  printf '%s\n' "$folder" >&2
  code=0
  "$smdm_eval" train --output "$folder" --resume "$@" \
)";

constexpr const char* kBehindTrain = R"( &
  child=$!
  wait "$child" || code=$?
  child=
  case $code in
    0) ;;
    7) printf '%s: cannot go on, and is left out\n' "$folder" >&2 ;;
    *) exit "$code" ;;
  esac
}

)";

/// Fits what came to its end; the folder of an earlier fit stays as it is.
constexpr const char* kFit = R"(
for folder do
  shift
  if at_end "$folder"; then set -- "$@" "$folder"; fi
done
if [ ! -e "$runs/fit" ]; then
  set -- "$@" --output "$runs/fit"
fi
"$smdm_eval" scaling fit "$@"
)";

}  // namespace

std::string plan_script(const scaling::PlanReport& report, const ScalingPlanSettings& settings) {
  const auto runs = runs_folder(settings);
  std::string text = comments(report, settings) + "set -eu\n";
  text += "cd " + quoted(real_path(".", ErrorKind::failure).string()) + "\n";
  text += set_variable("smdm_eval", (running_program().parent_path() / "smdm-eval").string());
  text += "if [ -n \"${SMDM_EVAL:-}\" ]; then smdm_eval=$SMDM_EVAL; fi\n";
  text += set_variable("runs", runs) + kFunctions + "    ";
  text += words_of(common_options(settings)) + kBehindTrain;
  std::string folders = "\nset --";
  for (const auto& size : report.plan.sizes) {
    for (std::size_t seed = 0; seed < report.plan.seeds; ++seed) {
      const auto folder = folder_of(runs, size, seed);
      auto words = own_options(size, seed);
      words.insert(words.begin(), folder);
      text += shell_command("training", words) + "\n";
      folders += " \\\n  " + quoted(folder);
    }
  }
  return text + folders + "\n" + kFit;
}

std::string start_command(const std::string& script) {
  return shell_command("sh", std::vector{as_path(script)});
}

}  // namespace smdm
