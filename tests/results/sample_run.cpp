#include "tests/results/sample_run.hpp"

#include <string>

#include "base/metrics/accuracy.hpp"
#include "base/metrics/perplexity.hpp"

namespace smdm::test {
namespace {

Estimate estimate(double nats, std::optional<bool> greedy) {
  return {.nats = nats,
          .standard_error = 0.125,
          .bound = Bound::lower,
          .is_greedy = greedy,
          .rows = 16,
          .tokens = 320};
}

TaskRecord piqa() {
  TaskRecord task;
  task.name = "piqa";
  task.config = {{"dataset_path", "json"}, {"validation_split", "validation"}};
  task.documents = 5;
  task.extra = {{"data_sha256", "00ff"}, {"rows", 96}};
  MetricRecord acc{.info = metrics::accuracy(), .values = {1.0, 0.0, 1.0}};
  MetricRecord norm{.info = metrics::normalized_accuracy(), .values = {1.0, 1.0, 1.0}};
  task.metrics = {acc, norm};
  const double nats[3][2] = {
      {-1.3436424411240122, -7.6377461897661405}, {-4.954350870919409, -6.5}, {-0.1, -8.0}};
  for (int i = 0; i < 3; ++i) {
    const std::string n = std::to_string(i);
    SampleRecord sample{
        .doc_id = i,
        .doc = {{"goal", "g" + n + " é"}, {"sol1", "a" + n}, {"sol2", "bb" + n}, {"label", i % 2}},
        .target = std::to_string(i % 2)};
    const std::string context = "Question: g" + n + " é\nAnswer:";
    sample.outcome =
        std::vector<ChoiceRecord>{{.request = {.context = context, .continuation = " a" + n},
                                   .estimate = estimate(nats[i][0], false)},
                                  {.request = {.context = context, .continuation = " bb" + n},
                                   .estimate = estimate(nats[i][1], std::nullopt)}};
    task.samples.push_back(sample);
  }
  return task;
}

TaskRecord lambada() {
  TaskRecord task;
  task.name = "lambada_standard";
  task.output_type = OutputType::loglikelihood;
  task.documents = 4;
  const std::vector<double> nats = {-7.62280082457942, -4.453871940548014, -2.2868};
  task.metrics = {{.info = metrics::perplexity(), .values = nats},
                  {.info = metrics::accuracy(), .values = {1.0, 0.0, 0.0}}};
  for (int i = 0; i < 3; ++i) {
    const std::string word = " word" + std::to_string(i);
    SampleRecord sample{.doc_id = i, .doc = {{"text", "hello my" + word}}, .target = word};
    sample.outcome = std::vector<ChoiceRecord>{
        {.request = {.context = "hello my", .continuation = word},
         .estimate = estimate(nats[static_cast<std::size_t>(i)], i == 0)}};
    task.samples.push_back(sample);
  }
  return task;
}

TaskRecord generation() {
  TaskRecord task;
  task.name = "gen";
  task.alias = "gen: a | b";
  task.version = 2.5;
  task.output_type = OutputType::generate_until;
  task.documents = 2;
  task.metrics = {{.info = metrics::exact_match(), .values = {0.0, 0.0}},
                  {.info = metrics::exact_match("math"), .values = {1.0, 0.0}}};
  for (int i = 0; i < 2; ++i) {
    SampleRecord sample{.doc_id = i, .doc = {{"goal", "g" + std::to_string(i)}}, .target = "1"};
    sample.outcome = GenerationRecord{.prompt = "Q: g" + std::to_string(i),
                                      .settings = {{"until", Json::array()}, {"do_sample", true}},
                                      .text = "line\n#### 1.0\t\"end\" \xE2\x88\x9A",
                                      .filtered = "1.0",
                                      .forwards = 64};
    sample.extra = {{"first_stage", "text"}, {"second_stage_skipped", i == 1}};
    task.samples.push_back(sample);
  }
  return task;
}

}  // namespace

RunRecord sample_run() {
  RunRecord run;
  run.model = {.name = "models/x:y",
               .parameters = 1234,
               .dtype = "f32",
               .bos = "<s>",
               .eos = "</s>",
               .bos_id = 1,
               .eos_id = 2,
               .max_length = 2048};
  run.config = {.arguments = "estimator=mc,cfg=0.6",
                .batch_size = 32,
                .device = "cpu",
                .limit = 3.0,
                .generation = "steps=64",
                .seed = 1234};
  run.tasks = {piqa(), lambada(), generation()};
  run.groups = {
      {.name = "zero-shot", .alias = std::nullopt, .tasks = {"piqa", "lambada_standard"}}};
  run.smdm_eval = {{"estimator", "mc"}, {"cfg", 0.6}, {"nothing", nullptr}, {"odd", 0.1 + 0.2}};
  run.start_s = 1725190496.123456;
  run.seconds = 0.9544093839999732;
  run.git_hash = "abc1234";
  run.environment = "Linux\n2 cores";
  return run;
}

}  // namespace smdm::test
