// Answers are looked up whole, before anything is computed; what is computed goes to the stores
// only when it has been judged.
#include "harness/journal/memory.hpp"

#include <exception>
#include <utility>

#include "harness/journal/answer_codec.hpp"

namespace smdm {
namespace {

/// @param store  null: nothing is found
std::optional<Answer> find(AnswerStore* store, const std::string& key) {
  if (store == nullptr) return std::nullopt;
  const auto value = store->find(key);
  return value ? decode_answer(*value) : std::nullopt;
}

}  // namespace

MemoryCounts& MemoryCounts::operator+=(const MemoryCounts& other) {
  computed += other.computed;
  computed_rows += other.computed_rows;
  from_journal += other.from_journal;
  from_elsewhere += other.from_elsewhere;
  from_cache += other.from_cache;
  return *this;
}

Computer computer_of(const Session& session, const Json& identity) {
  return {.machine = machine_of(session),
          .program = program_identity(),
          .model = model_identity(identity),
          .weights = identity.at("weights_sha256").get<std::string>()};
}

Memory::Memory(AnswerStore* journal,
               AnswerStore* cache,
               std::vector<Json> elsewhere,
               std::function<void()> tick,
               std::function<void()> cut)
    : journal_(journal), cache_(cache), elsewhere_(std::move(elsewhere)) {
  if (cache_ != nullptr) {
    const bool alone = journal_ == nullptr;
    const std::function<void()> nothing = [] {};
    to_cache_ =
        std::make_unique<AnswerWriter>(*cache_, alone ? tick : nothing, alone ? cut : nothing);
  }
  if (journal_ != nullptr)
    to_journal_ = std::make_unique<AnswerWriter>(*journal_, std::move(tick), std::move(cut));
}

void Memory::keep(const StoredAnswer& answer) {
  if (to_journal_) to_journal_->add(answer);
  if (to_cache_) to_cache_->add(answer);
}

void Memory::look_up_one(const Item& item,
                         const std::string& key,
                         std::span<const WorkKey> others,
                         const std::string& weights,
                         Remembered& remembered,
                         std::optional<Answer>& found) {
  auto& counts = remembered.counts;
  const auto copy = [&](const std::unique_ptr<AnswerWriter>& to) {
    if (to) to->add({.key = key, .value = encode_answer(found.value()), .model = weights});
  };
  found = find(journal_, key);
  if (found) {
    ++counts.from_journal;
    if (cache_ != nullptr && !cache_->find(key)) copy(to_cache_);
    return;
  }
  for (std::size_t k = 0; k < others.size() && !found; ++k)
    found = find(journal_, others[k].of(item));
  if (found) {
    ++counts.from_journal;
    ++counts.from_elsewhere;
    return;
  }
  found = find(cache_, key);
  if (!found) return;
  ++counts.from_cache;
  copy(to_journal_);
}

Remembered Memory::look_up(std::span<const Item> items,
                           const Decided& decided,
                           const Session& session,
                           const Computer& computer) {
  Remembered remembered;
  remembered.found.resize(items.size());
  if (!remembers()) return remembered;
  const auto work = work_identity(decided, session);
  const WorkKey own(computer.machine, computer.program, computer.model, work);
  std::vector<WorkKey> others;
  others.reserve(elsewhere_.size());
  for (const auto& machine : elsewhere_)
    others.emplace_back(machine, computer.program, computer.model, work);
  remembered.keys.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& key = remembered.keys.emplace_back(own.of(items[i]));
    look_up_one(items[i], key, others, computer.weights, remembered, remembered.found[i]);
  }
  return remembered;
}

void Memory::compute(Remembered& remembered,
                     const std::string& weights,
                     const ComputeSome& compute_some,
                     const std::function<void(std::size_t item)>& computed,
                     const AnswerDone& done) {
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < remembered.found.size(); ++i) {
    if (auto& found = remembered.found[i]) {
      done(i, std::move(*found));
      found.reset();
    } else {
      missing.push_back(i);
    }
  }
  compute_some(missing, [&](std::size_t i, Answer answer) {
    ++remembered.counts.computed;
    remembered.counts.computed_rows += cost_of(answer).rows;
    const auto bytes = remembers() ? encode_answer(answer) : std::string();
    computed(i);
    done(i, std::move(answer));
    // Only what could be judged is kept: an answer that is no number would end every later start.
    if (remembers()) keep({.key = remembered.keys[i], .value = bytes, .model = weights});
  });
}

void Memory::finish() {
  std::exception_ptr failed;
  if (to_cache_) {
    try {
      to_cache_->finish();
    } catch (...) {
      failed = std::current_exception();
    }
  }
  if (to_journal_) to_journal_->finish();
  if (failed) std::rethrow_exception(failed);
}

}  // namespace smdm
