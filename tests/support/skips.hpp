#pragma once

namespace smdm::test {
/// How many test cases of this program were skipped so far.
int& skipped_cases();
}  // namespace smdm::test
