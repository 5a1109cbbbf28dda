#pragma once

#include <deque>
#include <vector>

#include "formats/model_tensors.h"

namespace tnn {

/// The tensors of a model file, checked, as 32-bit floats: in place in the memory map where they are stored so, else converted once. The
/// one reader of training, export and runtime.
class StoredTensors {
 public:
  struct Entry {
    ModelTensor tensor;
    const float* numbers = nullptr;  ///< row-major; valid as long as this object and the file
    size_t count = 0;
  };

  /// DataError, naming file and tensor, where one of model_tensors is missing, has another shape than the graph says or a type that cannot
  /// be weights, or holds a number that is not finite (or a negative variance). The file must outlive it.
  StoredTensors(const SafetensorsFile& file, const ModelDescription& description);

  /// In the order of model_tensors.
  const std::vector<Entry>& entries() const { return entries_; }
  /// Of all tensors as they lie in the file.
  int64_t stored_bytes() const { return stored_bytes_; }
  int64_t stored_numbers() const { return stored_numbers_; }

 private:
  Entry read(ModelTensor expected);
  const SafetensorsFile& file_;
  std::vector<Entry> entries_;
  std::deque<std::vector<float>> converted_;
  int64_t stored_bytes_ = 0, stored_numbers_ = 0;
};

}  // namespace tnn
