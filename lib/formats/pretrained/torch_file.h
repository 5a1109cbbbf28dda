#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "formats/safetensors.h"

namespace tnn {

/// The named tensors of a file that another program may have written.
struct TensorFile {
  std::vector<TensorView> tensors;     ///< row-major; data need not be aligned
  std::shared_ptr<const void> memory;  ///< what the views point into
  const TensorView* find(const std::string& name) const;
};

/// The tensors of a file that PyTorch's torch.save wrote: a ZIP archive (data.pkl and data/N) or the older stream of pickles. The file
/// holds a state_dict, or a dictionary with one under state_dict, model_state_dict, model or net. Tensors are looked for there only;
/// numbers and texts beside them are ignored. Nothing of the file is executed, and memory is bounded by the file's size. DataError, naming
/// the file, where it refers to anything but tensors, containers, numbers and texts, or is damaged.
TensorFile read_torch_file(const std::filesystem::path& path);

/// A safetensors file, or one of PyTorch, whichever it is by its content.
TensorFile read_tensor_file(const std::filesystem::path& path);

}  // namespace tnn
