#pragma once

#include <functional>
#include <list>
#include <string>

#include "formats/pretrained/checkpoint_entry.h"
#include "formats/pretrained/torch_file.h"

namespace tnn {

/// A storage that a pickle names: numbers of one type, side by side.
struct TorchStorage {
  std::string type;      ///< "FloatStorage"
  std::string key;       ///< its name in the file
  int64_t elements = 0;  ///< as the pickle says
};

/// Whether a persistent identifier names a storage; else it is the source code of a class, as files of whole networks hold.
bool is_torch_storage(const PickleValue& persistent);

/// Bytes of an element of a storage type; 0 for a type that is not known.
size_t torch_element_size(const std::string& type);

/// What the identifier of a storage means; DataError where it means nothing.
TorchStorage torch_storage(const PickleValue& persistent, const std::string& file);

/// Where the bytes of tensors come from.
struct TorchContent {
  std::function<std::string_view(const TorchStorage&)> storage;
  size_t budget = 0;                         ///< bytes that tensors with other than row-major strides may take as copies
  std::list<std::string>* copies = nullptr;  ///< where these go
};

/// Reads the tensors of a state_dict into `to`, but for its memory. DataError where one is damaged; those of kinds that are not read, such
/// as quantised ones, are noted by name.
void read_state_dict(CheckpointEntry entry, const std::string& file, TorchContent content, TensorFile& to);

}  // namespace tnn
