// Threads and memory that a machine does not have are exceptions, not the end of the program.
#include <ATen/Functions.h>
#include <c10/util/Logging.h>

#include "models/text/tokenizer.hpp"
#include "models/threads.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/threads.hpp"

C10_DECLARE_bool(caffe2_use_fatal_for_enforce);

namespace smdm {

TEST_CASE("threads are started before they are needed") {
  const test::Threads back_to_before(at::get_num_threads());
  CHECK_NOTHROW(start_threads(0));
  CHECK_NOTHROW(start_threads(1));
  CHECK_NOTHROW(start_threads(3));
  CHECK(at::get_num_threads() == 3);
  CHECK_THROWS_KIND(start_threads(kMostThreads + 1), usage);
  CHECK_THROWS_KIND(start_threads(-1), usage);
}

TEST_CASE("SentencePiece in the same program leaves LibTorch's flags as they are") {
  CHECK_THROWS(open_tokenizer("nowhere"));  // it is linked
  CHECK_FALSE(FLAGS_caffe2_use_fatal_for_enforce);
  REQUIRE(static_cast<int>(FLAGS_caffe2_use_fatal_for_enforce) == 0);
  CHECK_THROWS(at::empty({std::int64_t{1} << 50}));
}

}  // namespace smdm
