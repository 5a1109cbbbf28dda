#include "distributed/batch_share.h"

#include "catch_compat.h"

using namespace tnn;

TEST_CASE("the shares of a batch come to the batch, each place once, and so do those of its parts") {
  for (const int64_t size : {1, 5, 10, 64})
    for (int ranks = 1; ranks <= 4; ++ranks) {
      const std::vector<double> present(static_cast<size_t>(size), 1.0);
      std::vector<int> seen(static_cast<size_t>(size), 0);
      int64_t in_part = 0;
      for (int rank = 0; rank < ranks; ++rank) {
        std::vector<int64_t> own;
        for (int64_t place = rank; place < size; place += ranks) own.push_back(place);
        const BatchShare share = BatchShare::of_present(present, own, rank);
        CHECK(share.size == size);
        for (const int64_t position : share.positions) ++seen[static_cast<size_t>(position)];
        const auto [begin, end] = share.within(1, 4);
        for (int64_t i = begin; i < end; ++i)
          CHECK((share.positions[static_cast<size_t>(i)] >= 1 && share.positions[static_cast<size_t>(i)] < 4));
        in_part += end - begin;
      }
      CHECK(seen == std::vector<int>(static_cast<size_t>(size), 1));
      CHECK(in_part == std::max<int64_t>(0, std::min<int64_t>(4, size) - 1));
    }
}

TEST_CASE("places that are left out close up, as in a batch of one process") {
  const std::vector<double> present{1, 0, 1, 1, 0, 1};
  const BatchShare even = BatchShare::of_present(present, {0, 2}, 0), odd = BatchShare::of_present(present, {3, 5}, 1);
  CHECK(even.size == 4);
  CHECK(even.positions == std::vector<int64_t>{0, 1});
  CHECK(odd.positions == std::vector<int64_t>{2, 3});
  CHECK(BatchShare::whole(3).positions == std::vector<int64_t>{0, 1, 2});
}
