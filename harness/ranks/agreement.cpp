// The keys: digest/NODE/FILE and digests/NODE of a node's first rank, "identity" of rank 0,
// agrees/R what rank R found ("" for nothing to say), failed/R what it failed of.
#include "harness/ranks/agreement.hpp"

#include <algorithm>
#include <iostream>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "base/files/digest.hpp"
#include "base/files/file_identity.hpp"
#include "base/files/signals.hpp"
#include "base/text/visible.hpp"
#include "harness/ranks/messages.hpp"
#include "models/cuda/gpu.hpp"

namespace smdm::ranks {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook(100);
constexpr const char* kIdentity = "identity";

/// A device of rank 0, as this rank has one of its own.
std::string own_device(const std::string& device, const Group& group) {
  constexpr std::string_view kGpu = "cuda";
  if (!device.starts_with(kGpu)) return device;
  const int gpus = std::max(gpu_count(), 1);  // a launcher may show each rank its own alone
  return std::string(kGpu) + ":" + std::to_string(group.local_rank() % gpus);
}

/// Waits for what a rank found.
class Replies {
 public:
  explicit Replies(Group& group) : group_(group) {}

  /// @return nothing  where it gives no sign of life
  [[nodiscard]] std::optional<std::string> of(int rank) {
    auto& store = group_.store();
    Watch watch(group_.patience().silence);
    while (true) {
      if (auto reply = store.get(rank_key("agrees", rank), kLook)) return reply;
      look_for_failures(store);
      if (!watch.look(store.get_all({beat_key(rank)}).front())) return std::nullopt;
      stop_if_noted();
    }
  }

 private:
  void look_for_failures(Store& store) const {
    for (int r = 1; r < group_.size(); ++r) {
      const auto bytes = store.get(rank_key("failed", r), milliseconds(0));
      if (!bytes) continue;
      const auto report = report_of(*bytes);
      throw Error(report.failure.value().kind(),
                  group_.name_of(r) + ": " + report.failure.value().what());
    }
  }

  Group& group_;
};

}  // namespace

std::string NodeDigests::of(const std::filesystem::path& file) {
  auto& store = group_.store();
  const auto& node = group_.node_id();
  const auto key = "digest/" + node + "/" + file_identity(file, ErrorKind::checkpoint);
  if (group_.first_of_node() == group_.rank()) {
    auto digest = weights_digest(file);
    store.set(key, digest);
    return digest;
  }
  Watch first(group_.patience().silence);
  const auto beat = beat_key(group_.first_of_node());
  while (true) {
    if (auto digest = store.get(key, kLook)) return *digest;
    const bool is_gone = !first.look(store.get_all({beat}).front());
    if (is_gone || store.get("digests/" + node, milliseconds(0))) return weights_digest(file);
    if (group_.ended(store)) throw GroupEnded();
  }
}

void NodeDigests::finish() {
  if (group_.first_of_node() == group_.rank())
    group_.store().set("digests/" + group_.node_id(), "1");
}

void agree(Group& group, const Json& decisions, const RunIdentity& identity) {
  group.tell(kDecisions, decisions);
  group.tell(kIdentity, {{"machine", identity.machine}, {"rest", identity.rest}});
  Replies replies(group);
  for (int r = 1; r < group.size(); ++r) {
    const auto other = replies.of(r);
    if (!other) {
      // Where it comes back, it asks for work only if it is alike: that is found out there.
      std::cerr << visible(group.name_of(r))
                << ": no sign of life before the work begins, which goes on without it\n"
                << std::flush;
      continue;
    }
    if (other->empty()) continue;
    throw Error(ErrorKind::usage, group.name_of(r) +
                                      ": wanted machine, build, model, data and settings as rank 0 "
                                      "has them, got " +
                                      *other);
  }
}

Json awaited_decisions(Group& group, const std::string& name) {
  auto decisions = group.await(name);
  for (auto& [part, decision] : decisions.items())
    decision["device"] = own_device(decision.at("device").get<std::string>(), group);
  return decisions;
}

void agree_with_leader(Group& group, const RunIdentity& identity) {
  const auto wanted = group.await(kIdentity);
  // Rank 0 says it: "there" is here.
  auto other = first_difference(readable(identity.machine), wanted.at("machine"));
  if (!other) other = first_difference(readable(identity.rest), wanted.at("rest"));
  group.store().set(rank_key("agrees", group.rank()), other.value_or(""));
  if (!other) return;
  while (!group.ended(group.store())) std::this_thread::sleep_for(kLook);
  group.say_goodbye();
  throw GroupEnded();
}

void tell_failure(Group& group, const std::exception& error) {
  const auto* own = dynamic_cast<const Error*>(&error);
  const auto kind = own == nullptr ? ErrorKind::failure : own->kind();
  Report report{.rank = group.rank()};
  report.failure.emplace(kind, one_line(error));
  group.store().set(rank_key("failed", group.rank()), to_bytes(report));
}

}  // namespace smdm::ranks
