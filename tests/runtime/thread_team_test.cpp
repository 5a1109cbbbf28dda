#include "runtime/prefix/thread_team.h"

#include <chrono>
#include <vector>

#include "catch_compat.h"

using namespace tnn::prefix;

namespace {

constexpr std::chrono::seconds kLongest{20};

/// Parts that wait for one another: done by one thread alone, it would be a failure after some time.
class Meeting : public SharedTask {
 public:
  void run_part(int /*part*/, int parts) const override {
    ++arrived_;
    const auto end = std::chrono::steady_clock::now() + kLongest;
    while (arrived_ < parts && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    if (arrived_ < parts) failed_ = true;
  }
  bool failed() const { return failed_; }

 private:
  mutable std::atomic<int> arrived_{0};
  mutable std::atomic<bool> failed_{false};
};

class Counting : public SharedTask {
 public:
  explicit Counting(int parts) : done_(static_cast<size_t>(parts)) {}
  void run_part(int part, int /*parts*/) const override { ++done_[static_cast<size_t>(part)]; }
  bool each_once() const {
    for (const auto& part : done_)
      if (part != 1) return false;
    return true;
  }

 private:
  mutable std::vector<std::atomic<int>> done_;
};

}  // namespace

TEST_CASE("helpers that went to sleep during a row of tasks take part in the next one") {
  ThreadTeam team(3);
  team.begin();
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(60));  // longer than they look out for work
    const Meeting meeting;
    team.run(meeting, 3);
    REQUIRE_FALSE(meeting.failed());
  }
  team.end();
}

TEST_CASE("every part of every task is done once by any number of threads") {
  for (const int threads : {1, 2, 4}) {
    ThreadTeam team(threads);
    for (int i = 0; i < 400; ++i) {
      team.begin();
      for (int parts = 1; parts <= 16; parts += 5) {
        const Counting task(parts);
        team.run(task, parts);
        REQUIRE(task.each_once());
        if (i % 100 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      team.end();
    }
  }
}
