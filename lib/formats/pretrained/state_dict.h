#pragma once

#include <functional>
#include <list>
#include <string>

#include "formats/pretrained/pickle.h"
#include "formats/pretrained/torch_file.h"

namespace tnn {

/// A storage that a pickle names: numbers of one type, side by side.
struct TorchStorage {
  std::string type;      ///< "FloatStorage"
  std::string key;       ///< its name in the file
  int64_t elements = 0;  ///< as the pickle says
};

/// Globals that a pickle of tensors refers to.
const std::vector<std::string>& torch_globals();

/// Bytes of an element of a storage type; 0 for a type that is not known.
size_t torch_element_size(const std::string& type);

/// What a persistent identifier means; DataError where it means nothing.
TorchStorage torch_storage(const PickleValue& persistent, const std::string& file);

/// The tensors of a pickle's root. `content` gives the bytes of a storage, `budget` bounds the bytes that tensors with other than row-major
/// strides may take as copies; they go to `copies`.
std::vector<TensorView> torch_tensors(const PickleValue& root, const std::string& file,
                                      const std::function<std::string_view(const TorchStorage&)>& content, size_t budget,
                                      std::list<std::string>& copies);

}  // namespace tnn
