#include "distributed/agreement.h"

#include "catch_compat.h"
#include "core/interruption.h"
#include "together.h"

using namespace tnn;

namespace {

/// What each rank's error says, with its code; "" where there is none.
std::vector<std::string> told_by(int size, const std::function<void(const SharedGroup&)>& work) {
  std::vector<std::string> told(static_cast<size_t>(size));
  run_together(size, [&](const SharedGroup& group) {
    try {
      work(group);
    } catch (const PeerFailed& failed) {
      told[static_cast<size_t>(group->rank())] = "peer " + std::to_string(static_cast<int>(failed.code())) + ": " + failed.what();
    } catch (const Error& error) {
      told[static_cast<size_t>(group->rank())] = std::to_string(static_cast<int>(error.code())) + ": " + error.what();
    }
  });
  return told;
}

}  // namespace

TEST_CASE("what fails in one process ends all, and each different fault is told once") {
  CHECK(told_by(3, [](const SharedGroup& group) { all_or_none(group, [] {}); }) == std::vector<std::string>(3));
  const auto one = told_by(3, [](const SharedGroup& group) {
    all_or_none(group, [&] {
      if (group->rank() == 1) throw DataError("no such file");
    });
  });
  CHECK(one[1] == "3: no such file");
  CHECK(one[0] == "peer 3: rank 1: no such file");
  CHECK(one[2] == one[0]);
  const auto same = told_by(2, [](const SharedGroup& group) { all_or_none(group, [] { throw UsageError("wrong key"); }); });
  CHECK(same[0] == "2: wrong key");
  CHECK(same[1] == "peer 2: rank 0: wrong key");
  int done = 0;
  all_or_none(nullptr, [&] { ++done; });
  CHECK(done == 1);
}

TEST_CASE("a start with different digests is refused in all processes with both of them") {
  const auto told = told_by(3, [](const SharedGroup& group) {
    agree_on_start(group, {{"program", "aa"}, {"recipe", group->rank() == 2 ? "cc" : "bb"}});
  });
  CHECK_THAT(told[0], ContainsSubstring("2: rank 2 has another recipe than rank 0: cc there, bb in rank 0"));
  CHECK_THAT(told[1], ContainsSubstring("peer 2:"));
  CHECK(told[1] == told[2]);
  CHECK(told_by(2, [](const SharedGroup& group) { agree_on_start(group, {{"program", "aa"}}); }) == std::vector<std::string>(2));
}

TEST_CASE("a request to stop that one process has got is that of all") {
  std::vector<int> agreed(2, -1);
  run_together(2, [&](const SharedGroup& group) { agreed[static_cast<size_t>(group->rank())] = agreed_interruption(group); });
  CHECK(agreed == std::vector<int>{0, 0});
  request_interruption(10);
  run_together(2, [&](const SharedGroup& group) { agreed[static_cast<size_t>(group->rank())] = agreed_interruption(group); });
  CHECK(agreed == std::vector<int>{10, 10});
  CHECK(agreed_interruption(nullptr) == 10);
  CHECK_THROWS_AS(stop_if_agreed(nullptr), Interrupted);
  clear_interruption();
}
