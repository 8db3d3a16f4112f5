// What every task makes of its documents, as JSON lines on standard output, for a comparison with
// lm-evaluation-harness itself (lm_eval_prompts.py):
//   {"task", "config"}                                     once for each task
//   {"task", "doc", "target", "requests", "scores", "values"}   for each document
// Likelihoods are pseudo-random; "scores" are [nats, is_greedy] and "values" the metrics of them.
// usage: dump_requests DATA_ROOT
#include <iostream>

#include "tasks/ask/catalog.hpp"
#include "tests/tasks/python_random.hpp"

namespace {

using namespace smdm;

Json dump_document(const Task& task, const Json& document, test::PythonRandom& random) {
  Json line{{"task", info(task).name}, {"doc", document}, {"target", target(ask(task, document))}};
  std::vector<Estimate> estimates;
  line["requests"] = Json::array();
  line["scores"] = Json::array();
  for (const Request& request : requests(ask(task, document))) {
    Estimate estimate;
    estimate.nats = -10.0 * random.random();
    estimate.is_greedy = random.random() < 0.5;
    line["requests"].push_back({request.context, request.continuation});
    line["scores"].push_back({estimate.nats, *estimate.is_greedy});
    estimates.push_back(estimate);
  }
  std::vector<double> values;
  if (const auto* choice = std::get_if<MultipleChoice>(&task)) {
    values = score(*choice, choice->parse(document), estimates);
  } else if (const auto* cloze = std::get_if<Cloze>(&task)) {
    values = score(*cloze, estimates.at(0));
  } else {
    line["requests"].push_back(std::get<OpenAnswer>(task).parse(document).text);
  }
  line["values"] = Json::object();
  for (std::size_t i = 0; i < values.size(); ++i) {
    line["values"][info(task).metrics[i].name] = values[i];
  }
  return line;
}

/// Whether lm-evaluation-harness, or the paper, has such a task, whose data can be had.
bool is_published(const Task& task) {
  const auto* open = std::get_if<OpenAnswer>(&task);
  const bool invented =
      open != nullptr && (open->protocol == AnswerProtocol::gap || open->limit != nullptr);
  return !invented && !std::holds_alternative<DatedCorpus>(task) &&
         !std::holds_alternative<Conversation>(task);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 2) throw std::invalid_argument("usage: dump_requests DATA_ROOT");
    for (const Task& task : all_tasks()) {
      if (!is_published(task)) continue;
      test::PythonRandom random(7);
      std::cout << Json{{"task", info(task).name}, {"config", lm_eval_config(task)}} << "\n";
      for (const Json& document : load(task, argv[1]).documents) {
        std::cout << dump_document(task, document, random) << "\n";
      }
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
