/// Something that is done before each forward of a model, for a while.
#pragma once

#include <functional>
#include <utility>

#include "models/language_model.hpp"

namespace smdm {

/// While it lives, `hook` is called before each forward; what it throws ends the forward. One at a
/// time for a model.
class ForwardHook {
 public:
  ForwardHook(LanguageModel& model, std::function<void()> hook) : model_(model) {
    model_.before_each_forward(std::move(hook));
  }
  ~ForwardHook() { model_.before_each_forward({}); }
  ForwardHook(const ForwardHook&) = delete;
  ForwardHook& operator=(const ForwardHook&) = delete;

 private:
  LanguageModel& model_;
};

}  // namespace smdm
