#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "data/geometry.h"

namespace tnn {

/// The inputs of a batch, a dense array.
struct InputArray {
  std::vector<int64_t> shape;  ///< [N, C, H, W] of images, [N, C, T, H, W] of clips, whatever the order in memory
  bool channels_last = false;  ///< in memory the channels are innermost: N, H, W, C and N, T, H, W, C
  std::vector<float> values;

  /// How far apart neighbours along each dimension lie in `values`.
  std::vector<int64_t> strides() const;
};

/// Targets of a batch under one name: a dense array, or rows of which each sample has a number of its own (the jagged layout of PyTorch's
/// nested tensors).
struct TargetArray {
  std::string name;            ///< "label"
  std::vector<int64_t> shape;  ///< [N, ...]; where there are offsets [rows of all samples, ...]
  std::variant<std::vector<int64_t>, std::vector<float>> values;
  std::vector<int64_t> offsets;  ///< empty, or N + 1: sample i has the rows from offsets[i] on, before offsets[i + 1]

  /// Becomes a dense array of that name and shape; its numbers, which are to be written. Their memory is kept where they had the type.
  template <typename T>
  std::vector<T>& become(const char* new_name, std::vector<int64_t> new_shape) {
    name = new_name;
    shape = std::move(new_shape);
    offsets.clear();
    if (!std::holds_alternative<std::vector<T>>(values)) values.emplace<std::vector<T>>();
    int64_t count = 1;
    for (const int64_t size : shape) count *= size;
    auto& numbers = std::get<std::vector<T>>(values);
    numbers.resize(static_cast<size_t>(count));
    return numbers;
  }
  bool operator==(const TargetArray&) const = default;
};

/// Inputs and targets of one step. The vectors' buffers are recycled: hand the same Batch to every Loader::next().
struct Batch {
  InputArray inputs;
  std::vector<TargetArray> targets;
  std::vector<uint32_t> indices;   ///< N: each sample's place in its set
  std::vector<Geometry> geometry;  ///< N: what became of each sample's image
  int64_t size = 0;                ///< N
  int64_t number = 0;              ///< of the epoch's batches, from 0
};

}  // namespace tnn
