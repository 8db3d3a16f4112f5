// Documents of several runs put together by what they are and what was asked, wherever they stand
// in the files. Equal documents of one run stay several.
#include <map>
#include <tuple>

#include "results/compare/pairing.hpp"
#include "results/report/content.hpp"

namespace smdm::report {
namespace {

/// A document, and how many equal ones stand before it in its run.
using Occurrence = std::tuple<std::string, std::string, std::size_t>;

std::vector<Occurrence> occurrences_of(const TaskRecord& task) {
  std::map<std::pair<std::string, std::string>, std::size_t> seen;
  std::vector<Occurrence> occurrences;
  occurrences.reserve(task.samples.size());
  for (auto& key : document_keys(task)) {
    const auto before = seen[{key.doc, key.asked}]++;
    occurrences.emplace_back(std::move(key.doc), std::move(key.asked), before);
  }
  return occurrences;
}

}  // namespace

void match_documents(Task& task) {
  std::map<Occurrence, std::size_t> numbers;
  for (auto& result : task.results) {
    const auto occurrences = occurrences_of(result.facts->record);
    for (std::size_t sample = 0; sample < occurrences.size(); ++sample) {
      const auto number = numbers.emplace(occurrences[sample], numbers.size()).first->second;
      if (number >= result.samples.size()) result.samples.resize(number + 1);
      result.samples[number] = sample;
    }
  }
  task.documents = numbers.size();
  for (auto& result : task.results) result.samples.resize(task.documents);
}

}  // namespace smdm::report
