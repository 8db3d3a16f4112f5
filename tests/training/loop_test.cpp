// Whole trainings of tiny models: what they leave, how they go on, and how they stop.
#include "training/loop.hpp"

#include <cmath>
#include <csignal>
#include <sstream>
#include <stdexcept>
#include <string>

#include <sys/resource.h>
#include <torch/types.h>

#include "base/error.hpp"
#include "models/checkpoint.hpp"
#include "models/safetensors.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"
#include "training/plot.hpp"
#include "training/settings.hpp"
#include "training/state.hpp"
#include "training/validation.hpp"

namespace smdm::training {
namespace {

Checkpoint checkpoint_in(const std::filesystem::path& folder) {
  CheckpointOptions options;
  options.model = folder;
  return find_checkpoint(options);
}

namespace fs = std::filesystem;
using test::contains;
using test::error_text;
using test::read_file;

/// Rows i, i + 1, i + 2, ... of 16 symbols: easy to learn.
Corpus counting_rows() {
  std::vector<std::vector<std::int64_t>> rows;
  for (std::int64_t first = 0; first < 16; ++first) {
    std::vector<std::int64_t> row;
    for (std::int64_t i = 0; i < 5 + first % 4; ++i) row.push_back((first + i) % 16);
    rows.push_back(row);
  }
  return Corpus(rows);
}

TrainOptions tiny_training(const fs::path& output, ModelKind kind) {
  TrainOptions options;
  options.output = output;
  options.checkpoint_interval = 4;
  auto& model = options.step.model;
  model.block_size = 16;
  model.vocab_size = model.padded_vocab_size = 16;
  model.n_layer = 2;
  model.n_head = model.n_query_groups = 2;
  model.n_embd = 32;
  model.intermediate_size = 48;
  options.step.kind = kind;
  options.step.objective =
      kind == ModelKind::arm ? Objective(NextToken{}) : Objective(ExactMasks{});
  options.step.batches = {.seed = 7, .rows = 8};
  options.step.rate = {.highest = 3e-3, .lowest_share = 0.1, .warm_up = 2, .steps = 10};
  options.step.tokens_per_forward = 30;
  return options;
}

struct Interruption : std::runtime_error {
  Interruption() : std::runtime_error("interrupted") {}
};

/// A watcher that stops the program, as far as files go, behind a step.
Watcher interrupt_behind(std::int64_t step) {
  Watcher watcher;
  watcher.step = [step](const StepResult& result) {
    if (result.step == step) throw Interruption();
  };
  return watcher;
}

std::vector<Json> timeless(const fs::path& log) {
  std::vector<Json> records;
  std::istringstream lines(read_file(log));
  for (std::string line; std::getline(lines, line);) {
    auto record = Json::parse(line);
    record.erase("tokens_per_second");
    records.push_back(record);
  }
  return records;
}

TEST_CASE("both kinds learn, with both optimizers and all losses", "[loop]") {
  const auto corpus = counting_rows();
  const auto trained = [&](ModelKind kind, const Objective& objective, const Optimizer& optimizer,
                           ComputeType compute) {
    const test::TemporaryFolder folder;
    auto options = tiny_training(folder.path(), kind).step;
    options.objective = objective;
    options.update.optimizer = optimizer;
    options.compute = compute;
    options.rate.steps = 150;
    options.rate.highest = 1e-2;
    const auto layout = parameter_layout(options.model, kind);
    Stepper stepper(options, corpus, first_state(layout, 1));
    for (int i = 0; i < 150; ++i) stepper.step();
    return validation_loss(stepper.network(), kind, 16, corpus, 64);
  };
  // Guessing costs log(16) = 2.77 nats. The first symbol of a row cannot be told: 2.77 nats of
  // 6.5 tokens' mean length, 0.43, for masked diffusion; the next symbol can.
  for (const auto compute : {ComputeType::f32, ComputeType::bf16}) {
    for (const Optimizer& optimizer : {Optimizer(AdamW{}), Optimizer(Muon{})}) {
      CHECK(trained(ModelKind::arm, NextToken{}, optimizer, compute) < 0.1);
      CHECK(trained(ModelKind::mdm, ExactMasks{}, optimizer, compute) < 1.1);
      // Weights of 1 / p make more noise, so less is learnt in as many steps.
      CHECK(trained(ModelKind::mdm, BernoulliMasks{}, optimizer, compute) < 1.6);
    }
  }
}

TEST_CASE("a checkpoint is one that evaluation reads, with the same logits", "[loop]") {
  const auto corpus = counting_rows();
  for (const auto kind : {ModelKind::mdm, ModelKind::arm}) {
    const test::TemporaryFolder folder;
    auto options = tiny_training(folder.path(), kind);
    options.plot = true;
    train(options, corpus, &corpus, {});

    const auto checkpoint = checkpoint_in(folder.path());
    CHECK(checkpoint.kind == kind);
    const auto model = load_model(checkpoint, ComputeType::f32, torch::kCPU);
    const auto layout = parameter_layout(options.step.model, kind);
    CHECK(model->info().parameters == layout.parameters());
    const auto settings = Json::parse(read_file(folder.path() / "training.json")).at("settings");
    const auto state = read_state(folder.path(), layout, settings);
    REQUIRE(state);
    Network network(layout, kind, ComputeType::f32);
    network.load(state->parameters);
    PackedRows rows;
    rows.append(std::vector<std::int64_t>{3, 4, 5, 6});
    rows.wanted = {0, 2};
    const auto wanted = network.logits(rows);
    model->visit_logits(rows, [&](std::int64_t, const torch::Tensor& logits) {
      CHECK(torch::allclose(logits, wanted, 1e-4, 1e-5));
    });
    CHECK(contains(read_file(folder.path() / "loss.svg"), "<polyline"));
    const auto log = timeless(folder.path() / "log.jsonl");
    REQUIRE(log.size() == 10);
    CHECK(log.back().at("step") == 10);
    CHECK(log.back().contains("validation_loss"));
    CHECK(log.back().at("tokens") == state->tokens);
  }
}

TEST_CASE("stored as bfloat16, every number is the nearest one", "[loop]") {
  const test::TemporaryFolder folder;
  auto options = tiny_training(folder.path(), ModelKind::mdm);
  options.stored = ComputeType::bf16;
  train(options, counting_rows(), nullptr, {});
  const SafetensorsFile model(folder.path() / "model.safetensors");
  const SafetensorsFile state(folder.path() / kStateFile);
  const auto layout = parameter_layout(options.step.model, ModelKind::mdm);
  for (const auto& [name, tensor] : file_tensors(layout, state.tensor("parameters"))) {
    CHECK(model.tensor(name).scalar_type() == torch::kBFloat16);
    CHECK(torch::equal(model.tensor(name), tensor.to(torch::kBFloat16)));
  }
}

TEST_CASE("interrupted anywhere and resumed, a training ends with the same bits", "[loop]") {
  const auto corpus = counting_rows();
  for (const auto& optimizer : {Optimizer(AdamW{}), Optimizer(Muon{})}) {
    const test::TemporaryFolder whole;
    auto options = tiny_training(whole.path(), ModelKind::mdm);
    options.step.update.optimizer = optimizer;
    options.step.batches.random_length = 0.3;
    options.validation_interval = 3;
    train(options, corpus, &corpus, {});
    const auto state = read_file(whole.path() / kStateFile);
    const auto model = read_file(whole.path() / "model.safetensors");
    for (const std::int64_t stop : {1, 4, 7, 10}) {
      const test::TemporaryFolder broken;
      options.output = broken.path();
      options.resume = true;
      CHECK_THROWS_AS(train(options, corpus, &corpus, interrupt_behind(stop)), Interruption);
      train(options, corpus, &corpus, {});
      CHECK(read_file(broken.path() / kStateFile) == state);
      CHECK(read_file(broken.path() / "model.safetensors") == model);
      CHECK(timeless(broken.path() / "log.jsonl") == timeless(whole.path() / "log.jsonl"));
    }
  }
}

TEST_CASE("a finished training that is resumed stays as it is", "[loop]") {
  const test::TemporaryFolder folder;
  auto options = tiny_training(folder.path(), ModelKind::arm);
  train(options, counting_rows(), nullptr, {});
  const auto model = read_file(folder.path() / "model.safetensors");
  fs::remove(folder.path() /
             "model.safetensors");  // as if it had been cut off before the last file
  options.resume = true;
  train(options, counting_rows(), nullptr, {});
  CHECK(read_file(folder.path() / "model.safetensors") == model);
}

TEST_CASE("other settings are refused on resuming, and named", "[loop]") {
  const test::TemporaryFolder folder;
  auto options = tiny_training(folder.path(), ModelKind::mdm);
  train(options, counting_rows(), nullptr, {});
  const auto error = [&](const TrainOptions& other, const Corpus& corpus) {
    return error_text<ErrorKind::checkpoint>([&] {
      train(other, corpus, nullptr, {});
      return 0;
    });
  };
  options.resume = true;
  auto wider = options;
  wider.step.model.n_layer = 3;
  CHECK(contains(error(wider, counting_rows()), "model.n_layer was 2, now 3"));
  auto faster = options;
  faster.step.rate.highest = 0.5;
  CHECK(contains(error(faster, counting_rows()), "learning_rate was 0.003, now 0.5"));
  CHECK(
      contains(error(options, Corpus(std::vector<std::vector<std::int64_t>>{{1, 2}})), "corpus."));

  options.resume = false;
  CHECK(contains(error_text<ErrorKind::results>([&] {
                   train(options, counting_rows(), nullptr, {});
                   return 0;
                 }),
                 "wanted a folder without a model, or a training to resume, found"));
}

TEST_CASE("a damaged state is refused", "[loop]") {
  const test::TemporaryFolder folder;
  auto options = tiny_training(folder.path(), ModelKind::mdm);
  options.resume = true;
  test::write_file(folder.path() / kStateFile, "half of a file");
  CHECK_THROWS_KIND(train(options, counting_rows(), nullptr, {}), checkpoint);
}

TEST_CASE("a loss that is not finite stops the training, and the checkpoint stays", "[loop]") {
  const test::TemporaryFolder folder;
  auto options = tiny_training(folder.path(), ModelKind::mdm);
  options.stop_at = 4;
  const auto corpus = counting_rows();
  train(options, corpus, nullptr, {});
  const auto layout = parameter_layout(options.step.model, options.step.kind);
  const auto settings = settings_of(options.step, corpus);
  const auto before = read_file(folder.path() / "model.safetensors");
  auto state = read_state(folder.path(), layout, settings).value();
  CHECK(Stepper(options.step, corpus, state).sound());
  state.parameters.mul_(1e20);
  CHECK_FALSE(Stepper(options.step, corpus, state).sound());
  write_state(folder.path(), state, settings);
  options.resume = true;
  options.stop_at = 6;
  const auto error = error_text<ErrorKind::training>([&] {
    train(options, corpus, nullptr, {});
    return 0;
  });
  CHECK(contains(error, ": wanted a finite"));
  CHECK(contains(error, "the checkpoint of step 4 stays in " + folder.path().string()));
  CHECK(read_file(folder.path() / "model.safetensors") == before);
}

TEST_CASE("parameters without a finite loss are never saved", "[loop]") {
  const test::TemporaryFolder folder;
  auto options = tiny_training(folder.path(), ModelKind::mdm);
  options.step.rate = {.highest = 1e18, .lowest_share = 0.1, .warm_up = 0, .steps = 1};
  const auto error = error_text<ErrorKind::training>([&] {
    train(options, counting_rows(), nullptr, {});
    return 0;
  });
  CHECK(contains(error, "step 1: wanted parameters with a finite loss"));
  CHECK(contains(error, "there is no checkpoint before it"));
  CHECK_FALSE(fs::exists(folder.path() / "model.safetensors"));
}

TEST_CASE("a training that stops early goes on to the same end", "[loop]") {
  const auto corpus = counting_rows();
  struct Case {
    ModelKind kind;
    Objective objective;
    ComputeType compute;
    CutUnit cut;
  };
  for (const Case& one : {Case{ModelKind::mdm, BernoulliMasks{}, ComputeType::bf16, CutUnit::row},
                          Case{ModelKind::mdm, ExactMasks{}, ComputeType::f32, CutUnit::batch},
                          Case{ModelKind::arm, NextToken{}, ComputeType::bf16, CutUnit::row},
                          Case{ModelKind::arm, NextToken{}, ComputeType::f32, CutUnit::batch}}) {
    const test::TemporaryFolder whole;
    const test::TemporaryFolder parts;
    auto options = tiny_training(whole.path(), one.kind);
    options.step.objective = one.objective;
    options.step.compute = one.compute;
    options.step.batches.random_length = 0.5;
    options.step.batches.cut_unit = one.cut;
    train(options, corpus, nullptr, {});
    options.output = parts.path();
    options.stop_at = 5;
    train(options, corpus, nullptr, {});
    const auto layout = parameter_layout(options.step.model, one.kind);
    CHECK(read_state(parts.path(), layout, settings_of(options.step, corpus))->step == 5);
    options.resume = true;
    options.stop_at = std::numeric_limits<std::int64_t>::max();
    train(options, corpus, nullptr, {});
    CHECK(read_file(parts.path() / kStateFile) == read_file(whole.path() / kStateFile));
  }
}

TEST_CASE("on a full disk the last checkpoint stays, and training goes on from it", "[loop]") {
  const test::TemporaryFolder whole;
  const test::TemporaryFolder folder;
  auto options = tiny_training(whole.path(), ModelKind::mdm);
  train(options, counting_rows(), nullptr, {});
  options.output = folder.path();
  Watcher filler;
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);  // the write fails instead
  filler.step = [&](const StepResult& result) {
    if (result.step != 7) return;
    rlimit small = before;
    small.rlim_cur = 4096;
    setrlimit(RLIMIT_FSIZE, &small);
  };
  const auto error = error_text<ErrorKind::results>([&] {
    train(options, counting_rows(), nullptr, filler);
    return 0;
  });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(contains(error, "cannot write"));
  const auto checkpoint = checkpoint_in(folder.path());
  CHECK_NOTHROW(load_model(checkpoint, ComputeType::f32, torch::kCPU));
  options.resume = true;
  train(options, counting_rows(), nullptr, {});
  CHECK(read_file(folder.path() / kStateFile) == read_file(whole.path() / kStateFile));
}

TEST_CASE("validation depends neither on the parts nor on the call", "[loop]") {
  const auto corpus = counting_rows();
  for (const auto kind : {ModelKind::mdm, ModelKind::arm}) {
    const auto options = tiny_training("", kind).step;
    const auto layout = parameter_layout(options.model, kind);
    Network network(layout, kind, ComputeType::f32);
    network.load(initial_parameters(layout, 3));
    const double once = validation_loss(network, kind, 16, corpus, 1000);
    CHECK(validation_loss(network, kind, 16, corpus, 1000) == once);
    CHECK(validation_loss(network, kind, 16, corpus, 7) == Approx(once).epsilon(1e-6));
    CHECK(once == Approx(std::log(16.0)).epsilon(0.2));  // it has learnt nothing yet
  }
}

TEST_CASE("a picture of no course at all", "[loop]") {
  CHECK(contains(loss_curve({}, "a < b"), "a &lt; b"));
}

TEST_CASE("a picture shows steps, their mean and validation between 0 and the mean", "[loop]") {
  std::vector<Json> records = {{{"step", 10}, {"loss", 4.0}},
                               {{"step", 20}, {"loss", 2.0}},
                               {{"step", 20}, {"validation_loss", 3.0}}};
  const auto picture = loss_curve(records, "title");
  // Of two steps the mean is each by itself; the axis ends at 1.05 times 4.
  CHECK(contains(picture, "points=\"320.0,66.7 560.0,233.3 \""));
  CHECK(contains(picture, "cx=\"560.0\" cy=\"150.0\""));
  for (const char* text : {">step<", ">loss, nats per token<", ">validation<", ">title<"})
    CHECK(contains(picture, text));
  records.pop_back();
  CHECK_FALSE(contains(loss_curve(records, "title"), "validation"));
}

}  // namespace
}  // namespace smdm::training
