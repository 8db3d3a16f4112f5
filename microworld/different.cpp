#include "microworld/different.hpp"

#include "base/error.hpp"

namespace smdm::microworld {

bool DifferentTexts::add(const std::string& text) {
  const bool is_new = texts_.insert(text).second;
  in_vain_ = is_new ? 0 : in_vain_ + 1;
  if (in_vain_ == most_in_vain_)
    throw Error(ErrorKind::usage, "micro world, " + task_ + ": wanted " + std::to_string(wanted_) +
                                      " different test problems, got " +
                                      std::to_string(texts_.size()) +
                                      ": this seed has hardly more");
  return is_new;
}

}  // namespace smdm::microworld
