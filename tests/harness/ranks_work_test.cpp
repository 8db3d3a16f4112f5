// The store, messages through it, and rank 0's bookkeeping, with all ranks in one process.
#include <algorithm>
#include <fstream>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "base/files/digest.hpp"
#include "base/files/file_identity.hpp"
#include "harness/ranks/agreement.hpp"
#include "harness/ranks/coordinator.hpp"
#include "harness/ranks/group.hpp"
#include "harness/ranks/messages.hpp"
#include "models/cuda/gpu.hpp"
#include "tests/harness/rank_pair.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm::ranks {
namespace {

using smdm::test::contains;
using smdm::test::error_text;
using std::chrono::milliseconds;

using smdm::test::kSoon;
using Pair = smdm::test::RankPair;

std::vector<std::vector<OpenItem>> some_items(std::size_t count) {
  std::vector<OpenItem> items;
  for (std::size_t i = 0; i < count; ++i) items.push_back({.index = i, .cost = 1.0});
  return {items};
}

/// Waits until rank 0 has taken so many answers of rank 1.
void wait_for_answers(Coordinator& coordinator, std::int64_t count) {
  for (int k = 0; k < 50 && coordinator.answers()[1] < count; ++k) coordinator.wait();
  CHECK(coordinator.answers()[1] == count);
}

TEST_CASE("the store keeps values of any length, and what is taken is gone") {
  const Pair pair;
  auto& here = pair.leader->store();
  auto& there = pair.other->store();
  const std::string bytes("\0\xff wp", 5);
  const std::string large(std::size_t{9} << 20U, 'x');  // over what one value may be
  for (const auto& value : {std::string(), bytes, large}) {
    here.set("value", value);
    // What another connection has set may still be on its way. No CHECK of values: they are long.
    CHECK((there.get("value", kSoon) == value));
    CHECK((there.take("value", kSoon) == value));
    CHECK_FALSE(here.get("value", milliseconds(0)));
  }
  CHECK_FALSE(here.get("never", milliseconds(30)));
  CHECK(here.add("count", 2) == 2);
  CHECK(there.add("count", 3) == 5);
  here.set("a", "1");
  CHECK_FALSE(here.take_all({"a", "b"}));
  here.set("b", "2");
  REQUIRE(there.get("b", kSoon));
  CHECK(there.get_all({"a", "b"}) == std::vector<std::string>{"1", "2"});
  CHECK(there.take_all({"a", "b"}).value() == std::vector<std::string>{"1", "2"});
  CHECK_FALSE(here.get("a", milliseconds(0)));
}

TEST_CASE("who waits for a value has it as soon as it is there") {
  const Pair pair;
  auto waiting = std::async(std::launch::async,
                            [&] { return pair.other->store().get("late", milliseconds(20'000)); });
  std::this_thread::sleep_for(milliseconds(50));
  pair.leader->store().set("late", "now");
  CHECK(waiting.get() == "now");
}

TEST_CASE("weights are read once on a node, as long as they are the same file") {
  const Pair pair;
  const smdm::test::TemporaryFolder folder;
  const auto file = folder.path() / "weights";
  std::ofstream(file) << "one";
  NodeDigests first(*pair.leader);
  NodeDigests other(*pair.other);
  CHECK(pair.leader->first_of_node() == 0);
  CHECK(pair.other->first_of_node() == 0);
  CHECK(first.of(file) == sha256("one"));
  // What was told counts, and the file is not read.
  const auto key =
      "digest/" + pair.leader->node_id() + "/" + file_identity(file, ErrorKind::checkpoint);
  pair.leader->store().set(key, "told");
  REQUIRE(pair.leader->store().get(key, kSoon) == "told");
  CHECK(other.of(file) == "told");
  // Of another file nothing is told: when the first rank has no more to tell, it is read.
  std::ofstream(file) << "another one";
  first.finish();
  CHECK(other.of(file) == sha256("another one"));
}

TEST_CASE("what rank 0 decides holds for all") {
  const Pair pair;
  pair.leader->tell(kDecisions, {{"model", {{"device", "cpu"}, {"dtype", "bf16"}}},
                                 {"other", {{"device", "cuda:5"}, {"dtype", "f32"}}}});
  const auto decisions = awaited_decisions(*pair.other, kDecisions);
  CHECK(decisions.at("model").at("device") == "cpu");
  CHECK(decisions.at("model").at("dtype") == "bf16");
  // A GPU is each rank's own: by its place on the node, among those that there are.
  const auto device = decisions.at("other").at("device").get<std::string>();
  CHECK(device == "cuda:" + std::to_string(1 % std::max(gpu_count(), 1)));
}

TEST_CASE("ranks that would do something else are refused with the first difference") {
  const Pair pair;
  const RunIdentity here{.machine = {{"level", "avx2"}}, .rest = {{"seed", 1}}};
  const RunIdentity there{.machine = {{"level", "avx2"}}, .rest = {{"seed", 2}}};
  auto others = std::async(std::launch::async, [&] {
    try {
      agree_with_leader(*pair.other, there);
    } catch (const GroupEnded&) {
      return true;
    }
    return false;
  });
  const auto text = error_text<ErrorKind::usage>([&] {
    agree(*pair.leader, Json::object(), here);
    return 0;
  });
  CHECK(contains(text, "rank 1 on "));
  CHECK(contains(text, "seed: 2 there, 1 here"));
  pair.leader->store().set("over", "done");
  CHECK(others.get());
}

TEST_CASE("messages come out as they went in") {
  Report report{.rank = 3,
                .answers = {{.task = 1, .item = 7, .bytes = std::string("\0\xfe", 2)}},
                .seconds = 1.5,
                .asks = 9};
  report.failure.emplace(ErrorKind::checkpoint, "no number: \xff");
  const auto read = report_of(to_bytes(report));
  CHECK(read.rank == 3);
  CHECK(read.seconds == 1.5);
  CHECK(read.asks == 9);
  REQUIRE(read.answers.size() == 1);
  CHECK(read.answers[0].task == 1);
  CHECK(read.answers[0].item == 7);
  CHECK(read.answers[0].bytes == report.answers[0].bytes);
  REQUIRE(read.failure);
  CHECK(read.failure->kind() == ErrorKind::checkpoint);
  CHECK(std::string(read.failure->what()) == "no number: \xff");
  CHECK_FALSE(lease_of(to_bytes(std::optional<Lease>())));
  const auto lease = lease_of(to_bytes(Lease{.task = 2, .items = {4, 5}, .cost = 2.5})).value();
  CHECK(lease.task == 2);
  CHECK(lease.items == std::vector<std::size_t>{4, 5});
  CHECK(lease.cost == 2.5);
}

TEST_CASE("a rank is given work until all is answered, and its messages are deleted") {
  const Pair pair;
  Coordinator coordinator(*pair.leader, some_items(8));
  std::int64_t asks = 1;
  std::int64_t answered = 0;
  pair.send({.rank = 1, .asks = asks});
  while (const auto lease = pair.lease(asks)) {
    Report report{.rank = 1, .seconds = 0.1, .asks = ++asks};
    for (const auto item : lease->items)
      report.answers.push_back({.task = 0, .item = item, .bytes = std::to_string(item)});
    answered += std::ssize(lease->items);
    pair.send(report);
  }
  CHECK(answered == 8);
  wait_for_answers(coordinator, 8);
  CHECK_FALSE(coordinator.is_complete(0));  // nobody has taken them
  CHECK(coordinator.take_arrived().size() == 8);
  CHECK(coordinator.is_complete(0));
  CHECK_FALSE(coordinator.take_own(0));
  for (std::int64_t number = 1; number <= asks; ++number) {
    CHECK_FALSE(pair.other->store().get(inbox_key(number), milliseconds(0)));
    CHECK_FALSE(pair.other->store().get(lease_key(1, number), milliseconds(0)));
  }
}

TEST_CASE("answers that come again change nothing") {
  const Pair pair;
  Coordinator coordinator(*pair.leader, some_items(2));
  CHECK(coordinator.add_own(0, 0));
  CHECK_FALSE(coordinator.add_own(0, 0));
  pair.send({.rank = 1,
             .answers = {{.task = 0, .item = 0, .bytes = "late"},
                         {.task = 0, .item = 1, .bytes = "first"}}});
  pair.send({.rank = 1, .answers = {{.task = 0, .item = 1, .bytes = "again"}}});
  pair.send({.rank = 1, .asks = 1});
  CHECK_FALSE(pair.lease(1));  // all is done, and everything before that message was taken
  const auto arrived = coordinator.take_arrived();
  REQUIRE(arrived.size() == 1);
  CHECK(arrived[0].item == 1);
  CHECK(arrived[0].bytes == "first");
  CHECK(coordinator.answers() == std::vector<std::int64_t>{1, 1});
  CHECK(coordinator.shares() == std::vector<double>{0.5, 0.5});
}

TEST_CASE("a rank that dies between its number and its message holds nobody up") {
  const Pair pair;
  Coordinator coordinator(*pair.leader, some_items(1));
  const auto gap = pair.other->store().add(kInbox, 1);
  pair.send({.rank = 1, .answers = {{.task = 0, .item = 0, .bytes = "a"}}});
  wait_for_answers(coordinator, 1);
  // Late is not never.
  pair.other->store().set(inbox_key(gap), to_bytes(Report{.rank = 1, .asks = 1}));
  CHECK_FALSE(pair.lease(1));
}

TEST_CASE("a late message does not ask for what was given long ago") {
  const Pair pair;
  Coordinator coordinator(*pair.leader, some_items(100));
  pair.send({.rank = 1, .asks = 1});
  CHECK(pair.lease(1));
  pair.send({.rank = 1, .asks = 2});
  CHECK(pair.lease(2));
  pair.send({.rank = 1, .answers = {{.task = 0, .item = 99, .bytes = "a"}}, .asks = 1});
  wait_for_answers(coordinator, 1);
  pair.send({.rank = 1, .asks = 3});
  CHECK(pair.lease(3));
  CHECK_FALSE(pair.other->store().get(lease_key(1, 1), milliseconds(0)));
}

TEST_CASE("what a rank fails of ends the work, with its name") {
  const Pair pair;
  Coordinator coordinator(*pair.leader, some_items(1));
  Report report{.rank = 1};
  report.failure.emplace(ErrorKind::checkpoint, "piqa, document 3: no number");
  pair.send(report);
  const auto text = error_text<ErrorKind::checkpoint>([&] {
    for (int k = 0; k < 50; ++k) coordinator.wait();
    return 0;
  });
  CHECK(contains(text, "rank 1 on "));
  CHECK(contains(text, "piqa, document 3: no number"));
}

}  // namespace
}  // namespace smdm::ranks
