/// Texts of a list that must all differ.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <utility>

namespace smdm::microworld {

class DifferentTexts {
 public:
  /// @param task     that the texts are test problems of, for the error
  /// @param wanted   how many, likewise
  /// @param in_vain  draws in a row that come to nothing new before the list is given up: of few
  ///                 texts drawing on would never end
  DifferentTexts(std::string task, std::size_t wanted, std::size_t in_vain)
      : task_(std::move(task)), wanted_(wanted), most_in_vain_(in_vain) {}

  /// Whether a text is new.
  /// @throws Error(usage)  if too many in a row were not
  [[nodiscard]] bool add(const std::string& text);

 private:
  std::string task_;
  std::size_t wanted_;
  std::size_t most_in_vain_;
  std::size_t in_vain_ = 0;
  std::set<std::string> texts_;
};

}  // namespace smdm::microworld
