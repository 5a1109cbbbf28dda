#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "data/augmentation.h"
#include "data/batch.h"
#include "data/image_set.h"
#include "data/prefetcher.h"
#include "data/sample_source.h"

namespace tnn {

struct LoaderOptions {
  int64_t batch_size = 128;
  bool shuffle = false;        ///< a new order every epoch; else the order of the indices
  bool drop_last = false;      ///< leave out a last batch that is not full
  bool channels_last = false;  ///< inputs in memory as N, H, W, C
  int workers = 0;             ///< threads; 0: the caller's
  uint64_t seed = 0;
  AugmentationOptions augmentation;
  /// Of each batch, every share_count-th sample from the place share_index on: one of as many loaders, whose samples come to the batch.
  int share_index = 0, share_count = 1;
};

/// Batches of a part of an image set, epoch by epoch. The batches of an epoch depend on (set, indices, options, epoch) alone: not on the
/// number of workers, nor on epochs before, nor on where in the epoch a run was resumed. Encoded images are decoded by the workers; a
/// damaged one is left out of its batch where the options say so, and is then in the set's damage log. A batch of which nothing is left is
/// passed over, but not by one of several loaders, which all give the same batches: who resumes an epoch begins at Batch::number + 1.
///
///     Loader loader(set, split.train, options);
///     Batch batch;
///     for (loader.start_epoch(epoch); loader.next(batch);) step(batch);
class Loader {
 public:
  /// UsageError where batch_size is below 1, workers is not in [0, 256], an index is outside the set, drop_last leaves no batch of some
  /// images, or the augmentation does not fit (see Augmentation).
  Loader(std::shared_ptr<const ImageSet> set, std::vector<uint32_t> indices, LoaderOptions options);

  const std::shared_ptr<const ImageSet>& set() const { return set_; }
  /// Images, and batches, of an epoch; damaged images, and batches of nothing else, count.
  int64_t size() const { return static_cast<int64_t>(indices_.size()); }
  int64_t batches_per_epoch() const;

  /// Begins an epoch (>= 0) at batch `first_batch` in [0, batches_per_epoch()]; else UsageError. What is left of another epoch is dropped.
  void start_epoch(int64_t epoch, int64_t first_batch = 0);
  /// Fills the next batch that has an image; false at the end of the epoch and before the first. Rethrows what a worker threw: a DataError
  /// where an image cannot be read, or is damaged and the policy is to stop. DataError where an epoch has no image that is not damaged.
  bool next(Batch& batch);

  /// How many samples the epoch's batch of that number has, damaged ones and those of other loaders counted.
  int64_t batch_size(int64_t number) const;
  /// Where in it the samples of a batch that next() gave are, rising.
  std::vector<int64_t> places(const Batch& batch) const;

 private:
  void check() const;
  void make(int64_t number, Batch& batch) const;

  std::shared_ptr<const ImageSet> set_;
  std::vector<uint32_t> indices_;
  LoaderOptions options_;
  std::unique_ptr<const SampleSource> source_;
  uint64_t epoch_ = 0;
  bool nothing_came_ = false;    ///< of an epoch that began at its first batch
  std::vector<uint32_t> order_;  ///< positions in indices_
  Prefetcher prefetcher_;        ///< last: its workers end before what they read
};

}  // namespace tnn
