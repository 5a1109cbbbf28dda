#pragma once

#include <memory>
#include <vector>

#include "data/image_set.h"
#include "data/loader.h"
#include "distributed/agreement.h"

namespace tnn {

/// Training images, cut into a training part and a validation part, and what is done to them. The test set is not here: it is read once,
/// by the sweep.
struct TrainingData {
  std::shared_ptr<const ImageSet> images;
  std::vector<uint32_t> train, validation;  ///< indices into images
  AugmentationOptions augmentation;         ///< of training batches
  int workers = 1;
  SharedGroup group = {};  ///< of the processes that share every batch; null: this one is alone

  /// The same without what is random: for validation and calibration.
  AugmentationOptions plain() const {
    AugmentationOptions options = augmentation;
    options.augment = false;
    return options;
  }

  /// How its samples are loaded in their order, without what is random; all of them, in every process.
  LoaderOptions in_order(int64_t batch_size, bool channels_last) const {
    LoaderOptions options;
    options.batch_size = batch_size;
    options.channels_last = channels_last;
    options.workers = workers;
    options.augmentation = plain();
    return options;
  }
};

}  // namespace tnn
