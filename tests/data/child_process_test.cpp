#include "data/child_process.h"

#include <csignal>
#include <stdexcept>
#include <vector>

#include "catch_compat.h"

using namespace tnn;

TEST_CASE("a trial in a child process tells how it ended and leaves this process as it was") {
  int touched = 0;
  const auto result = [&](const std::function<void()>& work, TrialLimits limits = {}) { return trial_in_child_process(work, limits); };
  const TrialResult success = result([&] { touched = 1; });
  CHECK((success.error.empty() && success.crash.empty() && touched == 0));
  CHECK(result([] { throw std::runtime_error("no such list"); }).error == "no such list");
  CHECK(result([] { throw std::runtime_error(std::string(100000, 'x')); }).error == std::string(4000, 'x'));
  CHECK_THAT(result([] { std::raise(SIGSEGV); }).crash, ContainsSubstring("a crash ("));
  CHECK_THAT(result([] { std::raise(SIGFPE); }).crash, ContainsSubstring("a crash ("));
  CHECK(result([] { throw 1; }).crash == "a crash");
}

TEST_CASE("a trial that does not end, or asks for too much memory, is ended") {
  const TrialLimits small{1, uint64_t{1} << 28};
  volatile uint64_t steps = 0;
  CHECK(trial_in_child_process(
            [&] {
              for (;;) steps = steps + 1;
            },
            small)
            .crash == "no end within 1 s");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(trial_in_child_process([] { std::vector<char>(size_t{1} << 30).back() = 1; }, small).error == "std::bad_alloc");
#endif
}
