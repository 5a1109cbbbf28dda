#include "formats/stored_tensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "formats/tensor_numbers.h"

namespace tnn {
namespace {

bool can_be_used_in_place(const TensorView& view) {
  return view.dtype == DType::f32 && reinterpret_cast<uintptr_t>(view.data) % alignof(float) == 0;
}

}  // namespace

StoredTensors::StoredTensors(const SafetensorsFile& file, const ModelDescription& description) : file_(file) {
  for (ModelTensor& tensor : model_tensors(description)) entries_.push_back(read(std::move(tensor)));
}

StoredTensors::Entry StoredTensors::read(ModelTensor expected) {
  const std::string path = file_.path().string();
  const TensorView* view = file_.find(expected.name);
  if (!view) throw DataError(fmt::format("'{}': tensor '{}' is missing", path, expected.name));
  if (view->shape != expected.shape)
    throw DataError(fmt::format("'{}': tensor '{}' has shape [{}], the graph says [{}]", path, expected.name, fmt::join(view->shape, ", "),
                                fmt::join(expected.shape, ", ")));
  stored_bytes_ += static_cast<int64_t>(view->bytes());
  stored_numbers_ += view->elements();
  Entry entry{std::move(expected), reinterpret_cast<const float*>(view->data), static_cast<size_t>(view->elements())};
  if (!can_be_used_in_place(*view)) {
    converted_.push_back(as_floats(*view, path));
    entry.numbers = converted_.back().data();
  }
  check_numbers(path, entry.tensor.name, entry.tensor.role, entry.numbers, entry.count);
  return entry;
}

}  // namespace tnn
