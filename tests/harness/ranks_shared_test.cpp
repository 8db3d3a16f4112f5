// Shared work from end to end, with both ranks in one process and models that are functions.
#include <algorithm>
#include <future>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "harness/ranks/shared_work.hpp"
#include "harness/run/compute.hpp"
#include "tests/harness/rank_pair.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_model.hpp"

namespace smdm::ranks {
namespace {

using smdm::test::contains;

constexpr std::int64_t kBad = 6;  // a token that the model has no numbers for

Session fake_session() {
  Session session;
  session.checkpoint.kind = ModelKind::mdm;
  const auto usual = test::scrambled_logits(2.0);
  session.model = std::make_unique<test::FakeModel>(
      test::fake_masked_diffusion(),
      [usual](std::span<const std::int64_t> ids, std::size_t position) {
        auto logits = usual(ids, position);
        const bool bad = std::ranges::find(ids, kBad) != ids.end();
        if (bad) logits.assign(logits.size(), std::numeric_limits<float>::quiet_NaN());
        return logits;
      });
  return session;
}

Decided decided() {
  LikelihoodSettings likelihood;
  likelihood.config.estimator = Balanced{.rows = 8};
  Decided all;
  all.work = likelihood;
  return all;
}

std::vector<Item> items(const std::string& name, std::int64_t count) {
  std::vector<Item> all;
  for (std::int64_t i = 0; i < count; ++i) {
    TokenRequest request{.context = {i % 5, (i / 5) % 5},
                         .continuation = {1, i % 3, 2, (i + 1) % 4, 3, i % 2},
                         .suffix = {}};
    all.push_back({.name = name + " " + std::to_string(i),
                   .document = {},
                   .asked = Request{},
                   .ids = {.requests = {std::move(request)}, .prompt = {}, .verdicts = {}}});
  }
  return all;
}

/// What both ranks know.
struct Shared {
  std::vector<std::vector<Item>> items;
  std::vector<Session> sessions;               ///< of each rank
  std::vector<std::vector<SharedTask>> tasks;  ///< of each rank

  explicit Shared(std::vector<std::vector<Item>> of_tasks) : items(std::move(of_tasks)) {
    for (int rank = 0; rank < 2; ++rank) sessions.push_back(fake_session());
    for (const auto& session : sessions) {
      auto& own = tasks.emplace_back();
      for (const auto& of_task : items)
        own.push_back({.session = &session, .items = of_task, .decided = decided()});
    }
  }
  [[nodiscard]] std::vector<std::vector<std::size_t>> all_open() const {
    std::vector<std::vector<std::size_t>> open;
    for (const auto& of_task : items) {
      auto& own = open.emplace_back();
      for (std::size_t i = 0; i < of_task.size(); ++i) own.push_back(i);
    }
    return open;
  }
};

double nats(const Answer& answer) {
  return estimates_of(answer).front().nats;
}

TEST_CASE("answers of shared work are those of one process, each given once") {
  const test::RankPair pair;
  const Shared shared({items("first", 40), items("second", 30)});
  std::map<std::pair<std::size_t, std::size_t>, double> expected;
  for (std::size_t t = 0; t < 2; ++t) {
    compute(shared.sessions[0], shared.items[t], decided(),
            [&](std::size_t i, const Answer& answer) { expected[{t, i}] = nats(answer); });
  }
  std::map<std::size_t, int> early;
  auto other = std::async(std::launch::async, [&] { serve(*pair.other, shared.tasks[1]); });
  std::map<std::pair<std::size_t, std::size_t>, double> given;
  int calls = 0;
  {
    SharedWork work(*pair.leader, shared.tasks[0], shared.all_open(), [&](const SentAnswer& sent) {
      CHECK(sent.task == 1);
      ++early[sent.item];
    });
    for (std::size_t t = 0; t < 2; ++t) {
      work.compute(t, [&](std::size_t i, const Answer& answer) {
        given[{t, i}] = nats(answer);
        ++calls;
      });
    }
    CHECK(work.silent().empty());
    other.get();
  }
  CHECK(calls == 70);
  CHECK(given == expected);
  for (const auto& [item, times] : early) CHECK(times == 1);
}

TEST_CASE("only what is open is computed") {
  const test::RankPair pair;
  const Shared shared({items("one", 20)});
  auto other = std::async(std::launch::async, [&] { serve(*pair.other, shared.tasks[1]); });
  std::vector<std::size_t> given;
  SharedWork work(*pair.leader, shared.tasks[0], {{3, 11, 12}}, [](const SentAnswer&) {});
  work.compute(0, [&](std::size_t i, const Answer&) { given.push_back(i); });
  other.get();
  std::ranges::sort(given);
  CHECK(given == std::vector<std::size_t>{3, 11, 12});
}

TEST_CASE("what another rank fails of is not looked for among one's own Items") {
  const test::RankPair pair;
  const Shared shared({items("document", 60)});
  Report report{.rank = 1};
  report.failure.emplace(ErrorKind::checkpoint, "line 17: no numbers");
  SharedWork work(*pair.leader, shared.tasks[0], shared.all_open(), [](const SentAnswer&) {});
  bool sent = false;
  const auto text = test::error_text<ErrorKind::checkpoint>([&] {
    work.compute(0, [&](std::size_t, const Answer&) {
      // In the middle of rank 0's own work.
      if (!std::exchange(sent, true)) pair.send(report);
    });
    return 0;
  });
  CHECK(text.starts_with("rank 1 on "));
  CHECK(contains(text, ": line 17: no numbers"));
}

TEST_CASE("a rank says which Item it fails of") {
  const test::RankPair pair;
  auto all = items("document", 1);
  all[0].ids.requests[0].context = {kBad};
  const Shared shared({all});
  pair.other->expect_end();
  auto other = std::async(std::launch::async, [&] {
    return test::error_text<ErrorKind::checkpoint>([&] {
      serve(*pair.other, shared.tasks[1]);
      return 0;
    });
  });
  // Rank 0 leases nothing to itself, and waits.
  Coordinator coordinator(*pair.leader, {{{.index = 0, .cost = 1.0}}});
  const auto text = test::error_text<ErrorKind::checkpoint>([&] {
    for (int k = 0; k < 100; ++k) coordinator.wait();
    return 0;
  });
  CHECK(contains(text, "rank 1 on "));
  CHECK(contains(text, ": document 0: "));
  CHECK(contains(other.get(), "document 0: "));
}

}  // namespace
}  // namespace smdm::ranks
