// The subcommand: options to settings, points to a fit, a fit to the terminal and a folder. The
// folder is asked for first, so that nobody waits for a fit that cannot be written.
#include "harness/cli/scaling.hpp"

#include <array>
#include <iostream>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/files/atomic.hpp"
#include "base/text/visible.hpp"
#include "harness/cli/print_json.hpp"
#include "harness/cli/read_number.hpp"
#include "harness/cli/values.hpp"
#include "results/scaling/report.hpp"

namespace smdm {
namespace {

using scaling::Method;

constexpr std::array kMethods = {Method::isoflop, Method::envelope, Method::parametric};

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  names.reserve(kMethods.size() + 1);
  for (const Method method : kMethods) names.push_back(name_of(method));
  names.emplace_back("all");
  return names;
}

std::vector<Method> methods_of(const std::string& name) {
  if (name == "all") return {kMethods.begin(), kMethods.end()};
  std::vector<Method> methods;
  for (const Method method : kMethods) {
    if (name_of(method) == name) methods.push_back(method);
  }
  return methods;
}

std::size_t count_of(const std::string& option, int value, int least) {
  if (value < least)
    throw Error(ErrorKind::usage, option + ": wanted at least " + std::to_string(least) + ", got " +
                                      std::to_string(value));
  return static_cast<std::size_t>(value);
}

scaling::FitSettings fit_settings(const ScalingSettings& settings) {
  constexpr int kFewestDraws = 100;
  scaling::FitSettings fit{.methods = methods_of(settings.method),
                           .draws = {.seed = settings.seed,
                                     .draws = count_of("--draws", settings.draws, kFewestDraws),
                                     .refits = count_of("--refits", settings.refits, kFewestDraws)},
                           .losses = {}};
  fit.losses.reserve(settings.losses.size());
  for (const auto& text : settings.losses) {
    fit.losses.push_back(read_number<double>("--loss", text));
    if (!(fit.losses.back() > 0.0))
      throw Error(ErrorKind::usage, "--loss: wanted a loss above 0, got " + text);
  }
  return fit;
}

std::string pretty(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void run_fit(const ScalingSettings& settings) {
  if (settings.law && !settings.output)
    throw Error(ErrorKind::usage, "--law: wanted --output, where its picture goes");
  const auto wanted = fit_settings(settings);
  std::optional<PendingFolder> folder;
  if (settings.output) folder.emplace(*settings.output);
  std::vector<scaling::PublishedLaw> laws;
  if (settings.law) laws = scaling::read_laws(*settings.law);
  auto points = scaling::read_points(settings.inputs);
  scaling::exclude(points, settings.exclude);
  const auto fit = fit_points(points, wanted);
  auto json = fit_json(fit);
  json["inputs"] = settings.inputs;
  json["excluded"] = settings.exclude;
  std::cout << (settings.json ? pretty(json) : fit_text(fit));
  if (!folder) return;
  folder->write("fit.json", pretty(json));
  for (const auto& file : fit_tables(fit)) folder->write(file.name, file.content);
  for (const auto& file : fit_pictures(fit, laws)) folder->write(file.name, file.content);
  folder->commit();
  std::cerr << "wrote " << visible(settings.output.value()) << "\n";
}

}  // namespace

CLI::App* add_scaling(CLI::App& app, ScalingSettings& settings) {
  auto* command = app.add_subcommand("scaling", "Scaling laws of loss over compute");
  command->require_subcommand(1);
  auto* fit = command->add_subcommand(
      "fit", "Fit scaling laws to tables of losses or to trainings, with intervals and gaps");
  add_value(*fit, "FILE|RUN", settings.inputs,
            "CSV tables (family, flops, params, loss), folders of trainings or training.json")
      ->required();
  add_value(*fit, "--method", settings.method, "isoflop, envelope, parametric or all (default)")
      ->check(one_of(method_names()));
  add_json_flag(*fit, settings.json);
  add_value(*fit, "--output,-o", settings.output,
            "New or empty folder: fit.json, tables as CSV, pictures as SVG");
  add_value(*fit, "--exclude", settings.exclude,
            "Points to leave out: family, family:flops or family:flops:params");
  add_value(*fit, "--loss", settings.losses, "Losses at which gaps are told (default: round ones)");
  add_value(*fit, "--law", settings.law,
            "CSV table of published laws to draw over the pictures; with --output");
  add_value(*fit, "--seed", settings.seed, "Of the intervals' draws; below 2^32 (default: 0)");
  add_value(*fit, "--draws", settings.draws, "Draws behind intervals by budgets (default: 2000)");
  add_value(*fit, "--refits", settings.refits,
            "Refits behind intervals of the parametric law (default: 200)");
  settings.plan_command = add_scaling_plan(*command, settings.plan);
  return command;
}

void run_scaling(const ScalingSettings& settings,
                 const std::vector<std::string>& command,
                 const std::function<void(const ScalingPlanSettings&)>& measured) {
  if (!settings.plan_command->parsed()) return run_fit(settings);
  auto plan = settings.plan;
  plan.command = command;
  check_scaling_plan(plan);
  if (is_rate_wanted(plan)) return measured(plan);
  run_scaling_plan(plan, nullptr);
}

}  // namespace smdm
