/// A memory of Answers: those that a journal or a cache has are not computed again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/journal/answer_key.hpp"
#include "harness/journal/answer_store.hpp"
#include "harness/journal/answer_writer.hpp"
#include "harness/run/compute.hpp"

namespace smdm {

/// Where the Answers of some work came from.
struct MemoryCounts {
  std::int64_t computed = 0;
  std::int64_t computed_rows = 0;
  std::int64_t from_journal = 0;
  std::int64_t from_elsewhere = 0;  ///< of those, computed on another machine
  std::int64_t from_cache = 0;

  MemoryCounts& operator+=(const MemoryCounts& other);
};

/// What computes the Items of one model: part of every key.
struct Computer {
  Json machine;
  Json program;
  Json model;
  std::string weights;  ///< their digest
};

/// @param identity  Session::identity()
[[nodiscard]] Computer computer_of(const Session& session, const Json& identity);

/// Items with their keys, and the Answers that were found.
struct Remembered {
  std::vector<std::string> keys;  ///< one for each Item; empty without journal and cache
  std::vector<std::optional<Answer>> found;
  MemoryCounts counts;
};

/// Computes the Items of these indices, by whomever.
using ComputeSome = std::function<void(std::span<const std::size_t> items, const AnswerDone& done)>;

class Memory {
 public:
  /// Nothing is remembered.
  Memory() = default;

  /// @param journal, cache   null where there is none; outlive the memory
  /// @param elsewhere        other machines whose answers in the journal are taken, too
  /// @param tick, cut        see AnswerWriter; the journal's has them, else the cache's
  Memory(AnswerStore* journal,
         AnswerStore* cache,
         std::vector<Json> elsewhere,
         std::function<void()> tick,
         std::function<void()> cut);

  /// Looks Items up. What one store has and the other has not is copied to it.
  [[nodiscard]] Remembered look_up(std::span<const Item> items,
                                   const Decided& decided,
                                   const Session& session,
                                   const Computer& computer);

  /// Gives every Item its Answer: those that were found first, then those that are computed.
  /// @param remembered    what look_up() gave; its answers are moved out
  /// @param weights       the digest of the model's
  /// @param compute_some  computes those that were not found
  /// @param computed      called just before `done` for an Item that was computed
  void compute(Remembered& remembered,
               const std::string& weights,
               const ComputeSome& compute_some,
               const std::function<void(std::size_t item)>& computed,
               const AnswerDone& done);

  /// Puts an answer to where it is found by a later start.
  void keep(const StoredAnswer& answer);

  /// Brings everything to the disk, to the journal also where the cache fails.
  /// @throws  what either writing threw
  void finish();

 private:
  [[nodiscard]] bool remembers() const { return journal_ != nullptr || cache_ != nullptr; }

  /// @param others   the keys of other machines
  /// @param weights  digest of the model's
  /// @param found    of this Item
  void look_up_one(const Item& item,
                   const std::string& key,
                   std::span<const WorkKey> others,
                   const std::string& weights,
                   Remembered& remembered,
                   std::optional<Answer>& found);

  AnswerStore* journal_ = nullptr;
  AnswerStore* cache_ = nullptr;
  std::vector<Json> elsewhere_;
  // One each, since a cache may have to wait for other processes.
  std::unique_ptr<AnswerWriter> to_journal_;
  std::unique_ptr<AnswerWriter> to_cache_;
};

}  // namespace smdm
