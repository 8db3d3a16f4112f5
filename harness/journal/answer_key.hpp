/// Keys of answers: what an answer depends on, and nothing else.
#pragma once

#include <span>
#include <string>

#include "base/json.hpp"
#include "harness/run/item.hpp"
#include "harness/run/session.hpp"
#include "harness/settings/decided.hpp"

namespace smdm {

/// The machine as far as numbers depend on it: the processor, the level that loops are chosen by,
/// and the variables that libraries choose their kernels by; or the name of the GPU, not its
/// number.
[[nodiscard]] Json machine_of(const Session& session);

/// The processor in the words of its maker, or null where the system does not say.
[[nodiscard]] Json processor_name();

/// The program that computes: kBuildDigest, and what LibTorch says of itself and its libraries.
[[nodiscard]] Json program_identity();

/// What of a model answers depend on: digests and how it is read, without paths.
/// @param identity  Session::identity()
[[nodiscard]] Json model_identity(const Json& identity);

/// The settings that change answers of this kind of work, each with its value; what only changes
/// the speed, or which documents there are, is not among them.
[[nodiscard]] Json work_identity(const Decided& decided, const Session& session);

/// What the keys of a task's answers have in common.
class WorkKey {
 public:
  /// @param machine  machine_of() of where they are computed
  WorkKey(const Json& machine, const Json& program, const Json& model, const Json& work);

  /// Of one Item under it: 32 bytes. Depends on what is asked of the model, not on the document's
  /// name, place or text.
  [[nodiscard]] std::string of(const Item& item) const;

 private:
  std::string digest_;
};

/// One digest over Items in their order, for the identity of a run.
[[nodiscard]] std::string digest_of(std::span<const Item> items);

}  // namespace smdm
