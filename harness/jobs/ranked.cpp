// Where a job is divided: rank 0 goes on as any process does, the others fall silent and serve.
#include "harness/jobs/ranked.hpp"

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <streambuf>
#include <thread>
#include <utility>

#include <unistd.h>

#include "base/error.hpp"
#include "base/files/pending.hpp"
#include "base/files/signals.hpp"
#include "base/text/visible.hpp"
#include "harness/ranks/agreement.hpp"
#include "harness/settings/table.hpp"
#include "models/threads.hpp"

namespace smdm {
namespace {

using std::chrono::seconds;

/// Standard output and error lead nowhere while it lives.
class Silence {
 public:
  Silence() : output_(std::cout.rdbuf(&nowhere_)), error_(std::cerr.rdbuf(&nowhere_)) {}
  ~Silence() {
    std::cout.rdbuf(output_);
    std::cerr.rdbuf(error_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  class Nowhere : public std::streambuf {
    int_type overflow(int_type character) override { return traits_type::not_eof(character); }
    std::streamsize xsputn(const char*, std::streamsize count) override { return count; }
  };
  Nowhere nowhere_;
  std::streambuf* output_;
  std::streambuf* error_;
};

ranks::Patience patience_of(const Settings& settings) {
  ranks::Patience patience;
  if (settings.rendezvous_timeout) patience.meeting = seconds(*settings.rendezvous_timeout);
  if (settings.rank_timeout) patience.silence = seconds(*settings.rank_timeout);
  return patience;
}

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// How many ranks there are and what each takes, in a line.
void say_who(const ranks::Group& group, const Settings& settings) {
  std::string line = counted(static_cast<std::size_t>(group.size()), "rank") + " by " +
                     group.launcher() + " on " + counted(group.nodes(), "node") + ", ";
  if (settings.threads) {
    line +=
        counted(static_cast<std::size_t>(*settings.threads), "thread") + " each as --threads says";
  } else {
    line += counted(static_cast<std::size_t>(group.threads()), "thread") +
            " for rank 0: its part of " + counted(group.cores(), "usable core") + " among " +
            counted(static_cast<std::size_t>(group.local_size()), "rank") +
            " of its node (OMP_NUM_THREADS is not followed; --threads is)";
  }
  std::cerr << visible(line) << "\n" << std::flush;
}

/// Ends a rank above 0 after an error that it shares with rank 0, or has told it: where rank 0 ends
/// the work because of it, nothing is left to say here.
void end_quietly_if_told(ranks::Group& group, const std::exception& error) {
  // While it loads its model, it does not look.
  const auto end = std::chrono::steady_clock::now() + seconds(60);
  group.expect_end();
  try {
    ranks::tell_failure(group, error);
    while (std::chrono::steady_clock::now() < end) {
      if (group.ended(group.store())) {
        group.say_goodbye();
        remove_pending_files();
        ::_exit(exit_code(error));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  } catch (const ranks::StoreLost&) {
    return;  // rank 0 cannot say it
  }
}

std::string gone(const std::string& name, const ranks::StoreLost& lost) {
  return name + ": rank 0 has gone (" + lost.what() +
         "); started again, the ranks go on from its journal";
}

/// The group, once all are there.
std::unique_ptr<ranks::Group> met(ranks::Launch launch, const Settings& settings) {
  const auto name = "rank " + std::to_string(launch.rank);
  try {
    return std::make_unique<ranks::Group>(std::move(launch), patience_of(settings));
  } catch (const ranks::GroupEnded&) {
    ::_exit(static_cast<int>(ErrorKind::failure));  // rank 0 has said why
  } catch (const ranks::StoreLost& lost) {
    throw Error(ErrorKind::failure, gone(name, lost));
  }
}

void serve(const Settings& settings,
           const std::function<void(const Settings&, ranks::Group*)>& job,
           ranks::Group& group) {
  const Silence silence;
  try {
    start_threads(settings.threads.value_or(group.threads()));
    job(settings, &group);
    group.leave();
    remove_pending_files();
    ::_exit(0);  // rank 0 waits for that, and an agent for the end of the process
  } catch (const ranks::GroupEnded&) {
    ::_exit(static_cast<int>(ErrorKind::failure));
  } catch (const ranks::StoreLost& lost) {
    if (group.is_done()) return;  // rank 0 could not wait for this one
    throw Error(ErrorKind::failure, gone(group.name_of(group.rank()), lost));
  } catch (const Stopped&) {
    throw;
  } catch (const std::exception& error) {
    end_quietly_if_told(group, error);
    const auto* own = dynamic_cast<const Error*>(&error);
    throw Error(own == nullptr ? ErrorKind::failure : own->kind(),
                group.name_of(group.rank()) + ": " + one_line(error));
  }
}

}  // namespace

void run_ranked(const Settings& settings,
                const std::function<void(const Settings&, ranks::Group*)>& job) {
  auto launch = ranks::launch_of_process();
  if (!launch) {
    start_threads(settings.threads.value_or(0));
    return job(settings, nullptr);
  }
  if (settings.dry_run) {
    if (launch->rank == 0) job(settings, nullptr);
    return;
  }
  check_ranges(settings);
  const auto group = met(std::move(*launch), settings);
  if (!group->leads()) return serve(settings, job, *group);
  say_who(*group, settings);
  start_threads(settings.threads.value_or(group->threads()));
  job(settings, group.get());
}

void require_alone(const std::string& job) {
  const auto launch = ranks::launch_of_process();
  if (!launch) return;
  throw Error(ErrorKind::usage, job + ": wanted one process, got " + std::to_string(launch->size) +
                                    " ranks by " + launch->launcher +
                                    "; ranks share the work of --task, --requests and --prompts");
}

}  // namespace smdm
