#pragma once

#include <cstdint>
#include <vector>

namespace tnn {

/// Images and labels of one step. The vectors' buffers are recycled: hand the same Batch to every Loader::next().
struct Batch {
  std::vector<float> pixels;      ///< (N, C, H, W), or (N, H, W, C) where the loader is channels_last
  std::vector<int64_t> labels;    ///< N
  std::vector<uint32_t> indices;  ///< N: each image's place in its ImageSet
  int64_t size = 0;               ///< N
  int64_t number = 0;             ///< of the epoch's batches, from 0
  int channels = 0, height = 0, width = 0;
};

}  // namespace tnn
