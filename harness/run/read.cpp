// A benchmark is one task with documents; a dated corpus becomes a task for each period, with the
// same metrics, so that nothing behind this has to know of periods. --limit counts documents of
// each.
#include "harness/run/read.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace smdm {
namespace {

/// The reference that was asked for, or the earliest.
std::string reference_of(const LoadedCorpus& corpus, const DataSettings& settings) {
  if (!settings.reference_period) return corpus.periods.front().name;
  std::string names;
  for (const auto& period : corpus.periods) {
    if (period.name == *settings.reference_period) return period.name;
    names += (names.empty() ? "" : ", ") + period.name;
  }
  throw Error(ErrorKind::usage,
              "--reference-period: wanted one of " + names + ", got " + *settings.reference_period);
}

/// The task of one period.
DatedCorpus task_of(const DatedCorpus& corpus,
                    const LoadedCorpus& loaded,
                    const CorpusPeriod& period) {
  DatedCorpus task = corpus;
  task.info.name += "_" + period.name;
  task.text_fields = loaded.text_fields;
  // What lm-evaluation-harness would call it: a template of the fields, one a line.
  std::string text;
  for (const auto& name : loaded.text_fields) {
    if (!text.empty()) text += '\n';
    text.append("{{").append(name).append("}}");
  }
  task.info.lm_eval["doc_to_target"] = text;
  return task;
}

std::vector<ReadTask> read_periods(const DatedCorpus& corpus, const DataSettings& settings) {
  auto loaded = load_corpus(corpus.info.name, settings.root, corpus.folder, settings.corpus);
  const auto reference = reference_of(loaded, settings);
  std::vector<ReadTask> all;
  for (auto& period : loaded.periods) {
    const auto used = std::min(limited(period.found, settings.limit), period.documents.size());
    period.documents.resize(used);
    period.texts.resize(used);
    ReadTask read{
        .task = task_of(corpus, loaded, period),
        .documents = std::move(period.documents),
        .asked = {},
        .clusters = {},
        .found = period.found,
        .files = std::move(period.files),
        .warnings = {},
        .period = PeriodPlace{.name = period.name, .reference = reference, .documents_used = used}};
    for (auto& text : period.texts) read.asked.emplace_back(Text{.text = std::move(text)});
    all.push_back(std::move(read));
  }
  all.front().warnings = std::move(loaded.warnings);
  return all;
}

}  // namespace

std::vector<ReadTask> read(const Task& task, const DataSettings& settings) {
  if (const auto* corpus = std::get_if<DatedCorpus>(&task)) return read_periods(*corpus, settings);
  auto loaded = load(task, settings.root);
  ReadTask read{.task = task,
                .documents = std::move(loaded.documents),
                .asked = std::move(loaded.asked),
                .clusters = std::move(loaded.clusters),
                .found = 0,
                .files = std::move(loaded.files),
                .warnings = std::move(loaded.warnings),
                .period = {}};
  read.found = read.documents.size();
  const auto used = limited(read.found, settings.limit);
  read.documents.resize(used);
  read.clusters.resize(used);
  read.asked.erase(read.asked.begin() + static_cast<std::ptrdiff_t>(used), read.asked.end());
  return {std::move(read)};
}

}  // namespace smdm
