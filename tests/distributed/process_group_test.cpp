#include "distributed/process_group.h"

#include <ATen/ATen.h>

#include "catch_compat.h"
#include "together.h"

using namespace tnn;

TEST_CASE("processes sum, broadcast and gather tensors, numbers and texts") {
  for (const int size : {1, 2, 3}) {
    std::vector<std::vector<std::string>> texts(static_cast<size_t>(size));
    std::vector<char> right(static_cast<size_t>(size), 0);  // no vector<bool>: threads write their own places
    run_together(size, [&](const auto& group) {
      const int rank = group->rank();
      const at::Tensor values = at::full({1000}, rank + 1.0, at::kFloat);
      group->sum(values);
      const at::Tensor first = at::full({2, 3}, 7.0 * rank, at::kFloat), empty = at::empty({0});
      group->broadcast(first);
      group->broadcast(empty);
      const std::vector<double> numbers = group->sum(std::vector<double>{1.0, static_cast<double>(rank)});
      texts[static_cast<size_t>(rank)] = group->gather(std::string(static_cast<size_t>(2 * rank), 'a'));
      const std::string said = group->broadcast(rank == 0 ? std::string("hello") : std::string());
      group->barrier();
      right[static_cast<size_t>(rank)] = values.eq(size * (size + 1) / 2).all().template item<bool>() &&
                                         first.eq(0).all().template item<bool>() &&
                                         numbers == std::vector<double>{1.0 * size, size * (size - 1) / 2.0} && said == "hello";
    });
    for (int rank = 0; rank < size; ++rank) {
      CHECK(right[static_cast<size_t>(rank)]);
      REQUIRE(texts[static_cast<size_t>(rank)].size() == static_cast<size_t>(size));
      for (int other = 0; other < size; ++other)
        CHECK(texts[static_cast<size_t>(rank)][static_cast<size_t>(other)] == std::string(static_cast<size_t>(2 * other), 'a'));
    }
  }
}

TEST_CASE("the lines of a group may cross: sums of each are matched by their own order") {
  std::vector<char> right(2, 0);
  run_together(2, [&](const auto& group) {
    const at::Tensor a = at::full({10}, 1.0, at::kFloat), b = at::full({20}, 2.0, at::kFloat);
    const auto line_a = ProcessGroup::Line::gradients, line_b = ProcessGroup::Line::statistics;
    std::unique_ptr<PendingSum> first = group->rank() == 0 ? group->start_sum(a, line_a) : group->start_sum(b, line_b);
    std::unique_ptr<PendingSum> second = group->rank() == 0 ? group->start_sum(b, line_b) : group->start_sum(a, line_a);
    first->wait(), second->wait();
    right[static_cast<size_t>(group->rank())] = a.eq(2).all().item<bool>() && b.eq(4).all().item<bool>();
  });
  CHECK(right[0]);
  CHECK(right[1]);
}

TEST_CASE("a process that has gone is noticed by those that wait for it") {
  std::string told;
  run_together(3, [&](const auto& group) {
    if (group->rank() == 2) return;  // closes its connections
    try {
      group->sum(at::ones({100000}));
      group->sum(at::ones({100000}));
    } catch (const PeerLost& lost) {
      if (group->rank() == 0) told = lost.what();
    }
  });
  CHECK_THAT(told, ContainsSubstring("rank 0 of 3") && ContainsSubstring("another process has ended"));
}

TEST_CASE("a process that says nothing is noticed when the time is over") {
  std::vector<std::string> told(2);
  std::atomic<bool> over{false};
  run_together(
      2,
      [&](const auto& group) {
        if (group->rank() == 1) {
          while (!over) std::this_thread::sleep_for(std::chrono::milliseconds(10));
          return;
        }
        try {
          group->sum(at::ones({10}));
        } catch (const PeerLost& lost) {
          told[0] = lost.what();
        }
        over = true;
      },
      std::chrono::milliseconds(500));
  CHECK_THAT(told[0], ContainsSubstring("within 0.5 s"));
}

TEST_CASE("who does not find the others says where they were looked for") {
  const TemporaryFolder folder;
  Rendezvous alone;
  alone.size = alone.local_size = 2;
  alone.launcher = "torchrun";
  alone.file = folder.path() / "store";
  CHECK_THROWS_AS(ProcessGroup(alone, std::chrono::milliseconds(300)), PeerLost);
  CHECK_THROWS_WITH(ProcessGroup(alone, std::chrono::milliseconds(300)),
                    ContainsSubstring("did not find the other processes at") && ContainsSubstring((folder.path() / "store").string()));
}
