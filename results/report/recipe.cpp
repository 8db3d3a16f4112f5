// How each run was made: everything that changes its numbers, with digests, and the command that
// repeats it; then what two runs were not alike in.
#include <map>

#include "base/text/json_text.hpp"
#include "base/text/numbers.hpp"
#include "base/text/shell.hpp"
#include "results/report/sections.hpp"

namespace smdm::report {
namespace {

/// A list of names and values in which what is not known is left out.
class FactList {
 public:
  void add(const char* name, const std::optional<std::string>& value) {
    if (value) list_ << tag("dt", {}, name) << run_text("dd", *value);
  }
  void add_digest(const char* name, const std::optional<std::string>& digest) {
    if (digest) list_ << tag("dt", {}, name) << tag("dd", {}, tag("code", {}, *digest));
  }
  [[nodiscard]] Html list() const { return tag("dl", {{"class", "facts"}}, list_); }

 private:
  Html list_;
};

void add_model(const ModelFacts& model, FactList& facts) {
  facts.add("Model", model.name);
  facts.add("Kind", model.kind);
  facts.add("Family", model.family);
  if (model.parameters) facts.add("Parameters", std::to_string(*model.parameters));
  facts.add("Computed in", model.arithmetic ? model.arithmetic : model.dtype);
  facts.add("Rotary tables", model.rope_tables);
  if (model.mask_id) facts.add("Mask id", std::to_string(*model.mask_id));
  if (model.shifted) facts.add("Logits shifted", *model.shifted ? "yes" : "no");
  if (!model.training_flops.is_null())
    facts.add("Operations of its training", json_text(model.training_flops));
  facts.add_digest("SHA-256 of its weights", model.weights_sha256);
  facts.add_digest("SHA-256 of its configuration", model.config_sha256);
  facts.add_digest("SHA-256 of its tokenizer", model.tokenizer_sha256);
}

void add_program(const RunFacts& run, FactList& facts) {
  facts.add("Program", run.version);
  facts.add("Revision", run.git_revision);
  facts.add("LibTorch", run.libtorch);
  facts.add("Device", run.device);
  facts.add("Processor", run.processor);
  facts.add("Same bits again there", run.bit_reproducible ? "promised" : "not promised");
  facts.add("Seed", std::to_string(run.seed));
  facts.add("Begun", run.date);
  facts.add("Results file", run.results_file.string());
}

std::string plain(const Json& value) {
  return value.is_string() ? value.get<std::string>() : json_text(value);
}

/// "cfg=0.5 estimator=mc"
std::string settings_text(const TaskSettings& settings) {
  std::string text;
  for (const auto& [key, value] : settings.known().items())
    text.append(text.empty() ? "" : " ").append(key).append("=").append(plain(value));
  return text;
}

std::string data_text(const TaskFacts& task) {
  std::string text;
  for (const auto& file : task.data) {
    const auto name = file.path.substr(file.path.find_last_of('/') + 1);
    text.append(text.empty() ? "" : "; ")
        .append(name)
        .append(" ")
        .append(file.sha256.value_or("without a digest"));
  }
  return text;
}

Html tasks_table(const Run& run, const RunFacts& part, std::size_t number) {
  Table tasks{.id = "recipe-" + run.id + "-" + std::to_string(number),
              .caption = "Settings that change numbers, and digests",
              .heads = {{.title = "Task"},
                        {.title = "Version", .number = true},
                        {.title = "Documents", .number = true},
                        {.title = "Seed", .number = true},
                        {.title = "Settings"},
                        {.title = "Data, SHA-256"},
                        {.title = "Samples, SHA-256"}},
              .rows = {}};
  for (const auto& task : run.facts->tasks) {
    if (task.run.get() != &part) continue;
    tasks.rows.push_back(
        {{.text = task.record.name},
         {.text = short_text(task.record.version), .value = task.record.version},
         {.text = std::to_string(task.documents), .value = static_cast<double>(task.documents)},
         {.text = std::to_string(task.seed), .value = static_cast<double>(task.seed)},
         {.text = settings_text(task.settings)},
         {.text = data_text(task)},
         {.text = task.samples_sha256.value_or("")}});
  }
  return table(tasks);
}

Html part_of(const Run& run, std::size_t number) {
  const RunFacts& part = *run.facts->parts[number];
  FactList facts;
  add_model(part.model, facts);
  add_program(part, facts);
  Html html;
  html << facts.list();
  if (part.command_line)
    html << tag("p", {}, "The command that repeats it:")
         << tag("pre", {{"class", "command text"}, {"dir", "ltr"}},
                tag("code", {}, shell_command("smdm-eval", *part.command_line)));
  html << tasks_table(run, part, number);
  return html;
}

Html run_recipe(const Run& run) {
  Html content;
  content << tag("h3", {}, run_text("span", run.label)) << run_text("p", run.name);
  if (!run.facts) {
    content << tag("p", {{"class", "absent"}},
                   "The run is not complete: its files say how it was made when it is.");
  } else {
    for (std::size_t p = 0; p < run.facts->parts.size(); ++p) content << part_of(run, p);
  }
  return tag("section", {{"class", "run"}, {"id", "recipe-" + run.id}}, content);
}

/// One line for all tasks of two runs that say the same.
Html differences(const Report& report) {
  std::map<std::pair<std::size_t, std::size_t>, std::map<std::string, std::string>> by_runs;
  for (const auto& pair : report.pairs) {
    const auto& task = report.tasks[pair.task].name;
    auto lines = pair.differences;
    if (!pair.comparison) lines.push_back("not comparable: " + pair.refusal);
    for (const auto& line : lines) {
      auto& names = by_runs[{pair.a, pair.b}][line];
      names.append(names.empty() ? "" : ", ").append(task);
    }
  }
  Html html;
  for (const auto& [runs, lines] : by_runs) {
    Html items;
    for (const auto& [line, names] : lines) {
      auto text = line;
      text.append(" (").append(names).append(")");
      items << run_text("li", text);
    }
    html << tag("h4", {},
                run_text("span", label_of(report, runs.first) + " against " +
                                     label_of(report, runs.second)))
         << tag("ul", {{"class", "differences"}}, items);
  }
  if (html.empty())
    html << tag("p", {}, "No two results of one task differ in how they were computed.");
  return html;
}

}  // namespace

Html recipe_section(const Report& report) {
  Html content;
  content << tag("h2", {}, "Recipe");
  for (const auto& run : report.runs) content << run_recipe(run);
  content << tag("h3", {}, "What is not alike") << differences(report);
  return tag("section", {{"id", "recipe"}}, content);
}

}  // namespace smdm::report
