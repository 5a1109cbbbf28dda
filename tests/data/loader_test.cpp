#include "data/loader.h"

#include <algorithm>
#include <atomic>
#include <numeric>

#include "catch_compat.h"
#include "core/error.h"
#include "tiny_files.h"

using namespace tnn;
using namespace tnn::test;

namespace {

LoaderOptions augmented_options() {
  LoaderOptions options;
  options.batch_size = 8;
  options.shuffle = true;
  options.seed = 11;
  options.augmentation = {2, true, 3, {}, {0.5F, 0.4F}, {0.2F, 0.3F}, true};
  return options;
}

std::shared_ptr<const ImageSet> images(int count = 101) { return std::make_shared<ImageSet>(tiny_images(count, 2, 9, 7)); }

std::vector<uint32_t> all_of(const ImageSet& set) {
  std::vector<uint32_t> indices(static_cast<size_t>(set.size()));
  std::iota(indices.begin(), indices.end(), uint32_t{0});
  return indices;
}

std::vector<Batch> epoch_of(Loader& loader, int64_t epoch, int64_t first_batch = 0) {
  std::vector<Batch> batches;
  Batch batch;
  for (loader.start_epoch(epoch, first_batch); loader.next(batch);) batches.push_back(batch);
  return batches;
}

bool same(const std::vector<Batch>& a, const std::vector<Batch>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Batch& x, const Batch& y) {
    return x.inputs.values == y.inputs.values && x.targets == y.targets && x.indices == y.indices && x.size == y.size;
  });
}

}  // namespace

TEST_CASE("an epoch has every image once with its label, in batches of one size but the last") {
  const auto set = images();
  Loader loader(set, all_of(*set), augmented_options());
  const auto batches = epoch_of(loader, 0);
  REQUIRE(batches.size() == 13);
  CHECK(loader.batches_per_epoch() == 13);
  std::vector<uint32_t> seen;
  for (const auto& batch : batches) {
    CHECK(batch.size == (&batch == &batches.back() ? 5 : 8));
    CHECK(batch.inputs.values.size() == static_cast<size_t>(batch.size) * 2 * 9 * 7);
    CHECK(batch.inputs.shape == std::vector<int64_t>{batch.size, 2, 9, 7});
    for (size_t i = 0; i < batch.indices.size(); ++i) CHECK(labels_of(batch)[i] == labels_of(*set)[batch.indices[i]]);
    seen.insert(seen.end(), batch.indices.begin(), batch.indices.end());
  }
  CHECK_FALSE(std::is_sorted(seen.begin(), seen.end()));
  std::sort(seen.begin(), seen.end());
  CHECK(seen == all_of(*set));
}

TEST_CASE("batches do not depend on the number of workers") {
  const auto set = images();
  LoaderOptions options = augmented_options();
  Loader alone(set, all_of(*set), options);
  for (const int workers : {1, 2, 5}) {
    options.workers = workers;
    Loader loader(set, all_of(*set), options);
    for (const int64_t epoch : {0, 3, 1}) CHECK(same(epoch_of(loader, epoch), epoch_of(alone, epoch)));
  }
  CHECK_FALSE(same(epoch_of(alone, 0), epoch_of(alone, 1)));
}

TEST_CASE("an epoch resumed in its middle goes on as if it had not stopped") {
  const auto set = images();
  for (const int workers : {0, 3}) {
    LoaderOptions options = augmented_options();
    options.workers = workers;
    Loader loader(set, all_of(*set), options);
    const auto whole = epoch_of(loader, 2);
    Batch batch;
    loader.start_epoch(5);
    CHECK(loader.next(batch));  // left in the middle
    for (const int64_t first : {0, 4, 12, 13})
      CHECK(same(epoch_of(loader, 2, first), {whole.begin() + static_cast<std::ptrdiff_t>(first), whole.end()}));
    CHECK_FALSE(loader.next(batch));
    CHECK_THROWS_AS(loader.start_epoch(2, 14), UsageError);
    CHECK_THROWS_AS(loader.start_epoch(-1), UsageError);
  }
}

TEST_CASE("without shuffling the order is that of the indices, and drop_last leaves out what does not fill a batch") {
  const auto set = images(20);
  LoaderOptions options = augmented_options();
  options.shuffle = false;
  options.drop_last = true;
  Loader loader(set, {5, 3, 3, 19, 0, 1, 2, 4, 6, 7}, options);
  const auto batches = epoch_of(loader, 0);
  REQUIRE(batches.size() == 1);
  CHECK(batches[0].indices == std::vector<uint32_t>{5, 3, 3, 19, 0, 1, 2, 4});
}

TEST_CASE("a resized loader gives what resizing image by image gives, in either order of the dimensions") {
  const auto set = images(12);
  LoaderOptions options = augmented_options();
  options.augmentation.image_size = {13, 13};
  for (const bool channels_last : {false, true}) {
    options.channels_last = channels_last;
    Loader loader(set, {11, 2, 7}, options);
    const auto batches = epoch_of(loader, 4);
    REQUIRE(batches.size() == 1);
    CHECK(batches[0].inputs.shape == std::vector<int64_t>{3, 2, 13, 13});
    CHECK(batches[0].inputs.channels_last == channels_last);
    const Augmentation single(options.augmentation, options.seed, 2, {9, 7});
    for (size_t i = 0; i < 3; ++i) {
      std::vector<float> out(2 * 13 * 13);
      const uint32_t index = batches[0].indices[i];
      single.apply(set->image(index), 4, index, out.data(), channels_last);
      CHECK(std::equal(out.begin(), out.end(), batches[0].inputs.values.begin() + static_cast<std::ptrdiff_t>(i * out.size())));
    }
  }
}

TEST_CASE("a loader with options that do not fit is a usage error") {
  const auto set = images(10);
  const auto fails = [&](const auto& change, std::vector<uint32_t> indices = {0, 1, 2}) {
    LoaderOptions options = augmented_options();
    change(options);
    CHECK_THROWS_AS(Loader(set, indices, options), UsageError);
  };
  fails([](auto& options) { options.batch_size = 0; });
  fails([](auto& options) { options.workers = -1; });
  fails([](auto& options) { options.drop_last = true; });
  fails([](auto& options) { options.augmentation.mean = {0.5F}; });
  fails([](auto& options) { options.augmentation.pad_crop = 7; });
  fails([](auto&) {}, {10});
  Loader empty(set, {}, augmented_options());
  CHECK(epoch_of(empty, 0).empty());
}

TEST_CASE("what a worker throws comes out in its batch's turn, and the epoch goes on after it") {
  for (const int workers : {0, 1, 4}) {
    Prefetcher prefetcher(
        [](int64_t number, Batch& batch) {
          if (number == 3) throw DataError("batch 3");
          batch.size = number;
        },
        workers);
    Batch batch;
    prefetcher.start(1, 6);
    for (const int64_t expected : {1, 2}) CHECK((prefetcher.next(batch) && batch.size == expected));
    CHECK_THROWS_AS(prefetcher.next(batch), DataError);
    for (const int64_t expected : {4, 5}) CHECK((prefetcher.next(batch) && batch.size == expected));
    CHECK_FALSE(prefetcher.next(batch));
  }
}

TEST_CASE("workers make a bounded number of batches ahead, and stop when the loader is dropped") {
  std::atomic<int> made{0};
  {
    Prefetcher prefetcher([&](int64_t, Batch&) { ++made; }, 2);
    Batch batch;
    prefetcher.start(0, 1000000);
    for (int i = 0; i < 10; ++i) CHECK(prefetcher.next(batch));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(made <= 10 + 4);
  }
  CHECK(made <= 14);
  const auto set = images(5000);
  LoaderOptions options = augmented_options();
  options.workers = 4;
  for (int i = 0; i < 20; ++i) {
    Loader loader(set, all_of(*set), options);
    Batch batch;
    loader.start_epoch(i);
    CHECK(loader.next(batch));
  }
}

TEST_CASE("loaders that share every batch give its samples once, at their places, for any number of them") {
  const auto set = images(45);
  LoaderOptions options = augmented_options();
  Loader alone(set, all_of(*set), options);
  const auto whole = epoch_of(alone, 2);
  const size_t values = 2 * 9 * 7;
  for (const int count : {2, 3, 8}) {
    std::vector<std::vector<uint32_t>> indices(whole.size());
    for (const Batch& batch : whole) indices[static_cast<size_t>(batch.number)].resize(static_cast<size_t>(batch.size), 999);
    for (int share = 0; share < count; ++share) {
      options.share_index = share, options.share_count = count;
      options.workers = share % 3;
      Loader loader(set, all_of(*set), options);
      CHECK(loader.batches_per_epoch() == alone.batches_per_epoch());
      const auto batches = epoch_of(loader, 2);
      REQUIRE(batches.size() == whole.size());  // empty ones too
      for (const Batch& batch : batches) {
        const auto number = static_cast<size_t>(batch.number);
        CHECK(loader.batch_size(batch.number) == whole[number].size);
        const auto places = loader.places(batch);
        REQUIRE(places.size() == static_cast<size_t>(batch.size));
        for (size_t i = 0; i < places.size(); ++i) {
          const auto place = static_cast<size_t>(places[i]);
          indices[number][place] = batch.indices[i];
          CHECK(std::equal(batch.inputs.values.begin() + static_cast<int64_t>(i * values),
                           batch.inputs.values.begin() + static_cast<int64_t>((i + 1) * values),
                           whole[number].inputs.values.begin() + static_cast<int64_t>(place * values)));
        }
      }
    }
    for (const Batch& batch : whole) CHECK(indices[static_cast<size_t>(batch.number)] == batch.indices);
  }
  options.share_index = options.share_count = 2;
  CHECK_THROWS_WITH(Loader(set, all_of(*set), options), ContainsSubstring("share 2 of 2"));
}
