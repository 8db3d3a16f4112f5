// An agent's store outlives the ranks, and agents of several nodes count restarts differently: so
// rank 0 draws a number for each of its starts, under the keys of all starts, and the keys of a
// meeting lie under that number. Whoever finds that it was there already waits for the next one.
// The keys of a meeting: start/R counts the processes that say they are rank R, hello/R is R's
// node, "members" all of them, over the end, bye/R that R knows of it.
#include "harness/ranks/group.hpp"

#include <algorithm>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include <unistd.h>

#include "base/error.hpp"
#include "base/files/pending.hpp"
#include "base/files/signals.hpp"
#include "base/text/visible.hpp"

namespace smdm::ranks {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// When people first hear who is missing, and how often from then on.
constexpr seconds kQuiet(10);
constexpr seconds kAgain(60);

/// How long one look into the store may take: signals and the end are looked for in between.
constexpr milliseconds kLook(250);

/// How long rank 0 waits for the others to know of the end.
constexpr seconds kGoodbye(5);

constexpr const char* kOver = "over";
constexpr const char* kMembers = "members";

// Under the keys of all starts.
constexpr const char* kStarts = "starts";
constexpr const char* kNow = "now";

/// Ends the process with a line where something has not happened in time while it lives.
class Deadline {
 public:
  Deadline(Clock::time_point end, std::string line)
      : line_(std::move(line)), thread_([this, end] { wait_until(end); }) {}
  ~Deadline() {
    {
      const std::scoped_lock lock(mutex_);
      met_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 private:
  void wait_until(Clock::time_point end) {
    std::unique_lock lock(mutex_);
    if (changed_.wait_until(lock, end, [&] { return met_; })) return;
    say_error(line_);
    remove_pending_files();
    ::_exit(static_cast<int>(ErrorKind::failure));
  }

  std::string line_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool met_ = false;
  std::thread thread_;  ///< the last member: it uses all others
};

milliseconds time_until(Clock::time_point end) {
  return std::max(std::chrono::duration_cast<milliseconds>(end - Clock::now()), milliseconds(1));
}

/// "rank 2", "ranks 1 and 3", "ranks 1, 2, 3 and 12 more"
std::string list_of(const std::vector<int>& ranks) {
  constexpr std::size_t kShown = 8;
  std::string text = ranks.size() == 1 ? "rank " : "ranks ";
  const auto shown = std::min(ranks.size(), kShown);
  for (std::size_t i = 0; i < shown; ++i)
    text.append(i == 0                  ? ""
                : i + 1 == ranks.size() ? " and "
                                        : ", ")
        .append(std::to_string(ranks[i]));
  if (ranks.size() > shown) text += " and " + std::to_string(ranks.size() - shown) + " more";
  return text;
}

/// Says now and then what is waited for.
class WaitingLine {
 public:
  void say(const std::string& line) {
    if (Clock::now() < next_) return;
    std::cerr << visible(line) << "\n" << std::flush;
    next_ = Clock::now() + kAgain;
  }

 private:
  Clock::time_point next_ = Clock::now() + kQuiet;
};

Json to_json(const Node& node) {
  return {{"host", node.host}, {"id", node.id}, {"cores", node.cores}};
}

Node node_of(const Json& json) {
  return {.host = json.at("host").get<std::string>(),
          .id = json.at("id").get<std::string>(),
          .cores = json.at("cores").get<std::vector<int>>()};
}

}  // namespace

Group::Group(Launch launch, const Patience& patience)
    : launch_(std::move(launch)),
      patience_(patience),
      all_keys_(launch_.keys),
      leader_(patience.silence) {
  require_store(launch_);
  const auto end = Clock::now() + patience_.meeting;
  // A store whose holder is stopped lets calls wait for ever.
  const Deadline deadline(end + 2 * patience_.silence + 2 * kGoodbye, too_late("the others"));
  connect_in_time(end);
  meet(end);
  start_heartbeat();
}

Group::~Group() {
  if (leaves_) return;
  end(GroupEnd::failed);
  heartbeat_.reset();
}

std::string Group::place() const {
  return launch_.host + ":" + std::to_string(launch_.port);
}

std::string Group::too_late(const std::string& whom) const {
  return "rank " + std::to_string(rank()) + ": waiting for " + whom + " at " + place() +
         ": not there within " + std::to_string(patience_.meeting.count() / 1000) +
         " s, see --rendezvous-timeout";
}

std::string Group::name_of(int rank) const {
  const auto name = "rank " + std::to_string(rank);
  const auto at = static_cast<std::size_t>(rank);
  return at < nodes_.size() ? name + " on " + nodes_[at].host : name;
}

std::size_t Group::nodes() const {
  std::set<std::string> ids;
  for (const auto& node : nodes_) ids.insert(node.id);
  return ids.size();
}

int Group::first_of_node() const {
  const auto first = std::ranges::find(nodes_, node_id(), &Node::id);
  return static_cast<int>(first - nodes_.begin());
}

int Group::threads() const {
  const auto& own = nodes_[index()];
  std::vector<std::vector<int>> others;
  for (std::size_t r = 0; r < nodes_.size(); ++r) {
    if (r != index() && nodes_[r].id == own.id) others.push_back(nodes_[r].cores);
  }
  return threads_of(own.cores, others);
}

bool Group::serves() const {
  return leads() && !launch_.agent_serves;
}

std::unique_ptr<Store> Group::new_connection() const {
  auto launch = launch_;
  // Whatever name the others know it by, the server is in this process.
  if (serves()) launch.host = "localhost";
  return connect(launch, StoreSide::client, patience_.silence);
}

void Group::connect_in_time(Clock::time_point end) {
  if (serves()) {
    auto launch = launch_;
    launch.host = "localhost";
    all_starts_ = connect(launch, StoreSide::server, patience_.silence);
    return;
  }
  const std::string whom = launch_.agent_serves ? launch_.launcher + "'s store" : "rank 0";
  WaitingLine line;
  while (!is_reachable(launch_.host, launch_.port)) {
    if (Clock::now() >= end) throw Error(ErrorKind::failure, too_late(whom));
    line.say("rank " + std::to_string(rank()) + ": waiting for " + whom + " at " + place());
    std::this_thread::sleep_for(kLook);
  }
  all_starts_ = connect(launch_, StoreSide::client, patience_.silence);
}

void Group::meet(Clock::time_point end) {
  std::string start;
  do {
    start = leads() ? std::to_string(all_starts_->add(kStarts, 1)) : next_start(start, end);
  } while (!meet_at(start, end));
}

/// The start that rank 0 is at, another one than `last`.
std::string Group::next_start(const std::string& last, Clock::time_point end) {
  while (true) {
    auto now = all_starts_->get(kNow, kLook);
    if (now && *now != last) return *now;
    if (Clock::now() >= end) throw Error(ErrorKind::failure, too_late("rank 0"));
    std::this_thread::sleep_for(kLook / 5);
  }
}

/// @return false  if that start is over, or not this process's
bool Group::meet_at(const std::string& start, Clock::time_point end) {
  const auto own = this_node();
  launch_.keys = all_keys_ + start + "/";
  store_ = new_connection();
  if (store_->add(rank_key("start", rank()), 1) > 1) {
    // In an agent's store that may have been this rank itself, before it was started again.
    if (launch_.agent_serves) return false;
    leaves_ = true;  // the other one goes on
    throw Error(ErrorKind::failure, "ranks: rank " + std::to_string(rank()) + " on " + own.host +
                                        ": another process was started as the same rank");
  }
  store_->set(beat_key(rank()), "0");
  store_->set(rank_key("hello", rank()), to_json(own).dump());
  if (leads()) {
    all_starts_->set(kNow, start);
    gather(end);
  }
  const auto members = awaited_members(start, end);
  if (!members) return false;
  know_nodes(Json::parse(*members));
  return true;
}

/// @return nothing  if rank 0 has been started anew meanwhile
std::optional<std::string> Group::awaited_members(const std::string& start, Clock::time_point end) {
  while (true) {
    if (auto members = store_->get(kMembers, kLook)) return members;
    if (all_starts_->get(kNow, milliseconds(0)).value_or(start) != start) return std::nullopt;
    if (!launch_.agent_serves && ended(*store_)) {
      say_goodbye();
      throw GroupEnded();
    }
    // Rank 0 knows who is missing, and says it.
    if (Clock::now() >= end + kGoodbye) throw Error(ErrorKind::failure, too_late("the others"));
  }
}

void Group::gather(Clock::time_point end) {
  auto all = Json::array();
  WaitingLine line;
  std::vector<std::optional<std::string>> hellos(static_cast<std::size_t>(size()));
  while (true) {
    std::vector<int> missing;
    for (int r = 0; r < size(); ++r) {
      auto& hello = hellos[static_cast<std::size_t>(r)];
      if (!hello) hello = store_->get(rank_key("hello", r), milliseconds(0));
      if (!hello) missing.push_back(r);
    }
    if (missing.empty()) break;
    const auto waiting =
        "waiting for " + list_of(missing) + " of " + std::to_string(size()) + " at " + place();
    if (Clock::now() >= end) {
      silent_ = std::move(missing);
      this->end(GroupEnd::failed);
      throw Error(ErrorKind::failure, "ranks: " + waiting + ": not there within " +
                                          std::to_string(patience_.meeting.count() / 1000) +
                                          " s, see --rendezvous-timeout");
    }
    line.say(waiting);
    static_cast<void>(store_->get(rank_key("hello", missing.front()), kLook));
  }
  for (const auto& hello : hellos) all.push_back(Json::parse(hello.value()));
  tell(kMembers, all);
}

void Group::know_nodes(const Json& all) {
  if (all.size() != static_cast<std::size_t>(size())) {
    leaves_ = true;  // they are not ours
    throw Error(ErrorKind::failure, "rank " + std::to_string(rank()) + ": wanted " +
                                        std::to_string(size()) + " ranks at " + place() +
                                        ", found another run of " + std::to_string(all.size()) +
                                        "; see MASTER_PORT");
  }
  for (const auto& node : all) nodes_.push_back(node_of(node));
  const auto& own = nodes_[index()].id;
  const auto is_here = [&](const Node& node) { return node.id == own; };
  const auto here = std::ranges::count_if(nodes_, is_here);
  const auto before =
      std::count_if(nodes_.begin(), nodes_.begin() + static_cast<std::ptrdiff_t>(index()), is_here);
  local_size_ = launch_.local_size.value_or(static_cast<int>(here));
  local_rank_ = launch_.local_rank.value_or(static_cast<int>(before));
}

void Group::start_heartbeat() {
  const auto tick = [this](Store& store) {
    if (!leads()) look_after_leader(store);
  };
  const auto failed = [this](const std::string& why) {
    // Rank 0 finds out where it asks for answers, and keeps what it has.
    if (leads() || fails_) return;
    if (is_done_ || leaves_) {
      remove_pending_files();
      ::_exit(0);
    }
    end_without_leader("the store is gone: " + why);
  };
  heartbeat_ =
      std::make_unique<Heartbeat>(new_connection(), rank(), patience_.silence, tick, failed);
}

void Group::look_after_leader(Store& store) {
  if (const auto how = ended(store)) {
    if (*how == GroupEnd::done) is_done_ = true;
    if (leaves_ || fails_ || is_done_) return;
    // Rank 0 has told why.
    store.set(rank_key("bye", rank()), "1");
    remove_pending_files();
    ::_exit(static_cast<int>(ErrorKind::failure));
  }
  if (leader_.look(store.get_all({beat_key(0)}).front())) return;
  end_without_leader("no sign of life for " + std::to_string(patience_.silence.count() / 1000) +
                     " s");
}

void Group::end_without_leader(const std::string& why) const {
  const auto line = name_of(rank()) + ": rank 0 has gone (" + visible(why) +
                    "); started again, the ranks go on from its journal";
  say_error(line);
  remove_pending_files();
  ::_exit(static_cast<int>(ErrorKind::failure));
}

void Group::tell(const std::string& name, const Json& value) {
  store_->set(name, value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Json Group::await(const std::string& name) {
  while (true) {
    if (const auto value = store_->get(name, kLook)) return Json::parse(*value);
    if (ended(*store_)) {
      say_goodbye();
      throw GroupEnded();
    }
  }
}

std::optional<GroupEnd> Group::ended(Store& store) const {
  const auto how = store.get(kOver, milliseconds(0));
  if (!how) return std::nullopt;
  return *how == "done" ? GroupEnd::done : GroupEnd::failed;
}

void Group::say_goodbye() {
  store_->set(rank_key("bye", rank()), "1");
}

void Group::leave(std::vector<int> silent) {
  leaves_ = true;
  silent_ = std::move(silent);
  end(GroupEnd::done);
  heartbeat_.reset();
}

void Group::end(GroupEnd how) noexcept {
  try {
    if (leads()) {
      store_->set(kOver, how == GroupEnd::done ? "done" : "failed");
      // Under an agent a rank that dies now would have all started anew: as long as there is a
      // journal, they would find that all is done.
      if (serves() || how == GroupEnd::done) wait_for_the_others(how);
    } else {
      say_goodbye();
    }
  } catch (const std::exception&) {
    leaves_ = true;  // whoever held the store has ended already
  }
}

/// Their connections end with this process. Those that live say goodbye within a second; where all
/// is done, one that has not fallen silent yet is waited for as long as anywhere.
void Group::wait_for_the_others(GroupEnd how) {
  const auto end = Clock::now() + (how == GroupEnd::done ? patience_.silence : kGoodbye);
  for (int r = 1; r < size() && Clock::now() < end; ++r) {
    if (std::ranges::find(silent_, r) != silent_.end()) continue;
    static_cast<void>(store_->get(rank_key("bye", r), time_until(end)));
  }
}

}  // namespace smdm::ranks
