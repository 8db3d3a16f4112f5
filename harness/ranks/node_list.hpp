/// Lists of nodes as Slurm writes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace smdm::ranks {

/// The first node of a list such as "gpu[007-010,12],login1": "gpu007". Several brackets in one
/// name are read as well ("rack[1-2]n[3-4]": "rack1n3").
/// @return nothing for a text that is no such list
[[nodiscard]] std::optional<std::string> first_node(std::string_view list);

/// How many tasks a node has, from a list such as "4(x2),1": of node 0 and 1 four, of node 2 one.
/// @param node  its number, from 0
/// @return nothing for a text that is no such list, or that ends before the node
[[nodiscard]] std::optional<int> tasks_on_node(std::string_view list, int node);

}  // namespace smdm::ranks
