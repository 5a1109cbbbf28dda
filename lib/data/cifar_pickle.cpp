#include "data/cifar_pickle.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "formats/pretrained/numpy_pickle.h"

namespace tnn {
namespace {

const PickleValue& required(const PickleValue& root, const char* key, const std::string& file) {
  const PickleValue* value = root.find(key);
  if (!value) throw DataError(fmt::format("{}: is no batch of CIFAR: its pickle has no '{}'", file, key));
  return *value;
}

}  // namespace

void append_cifar_pickle(const SourceBytes& source, CifarLayout layout, int64_t limit, ImageSet& set) {
  const std::string file = source.path.string();
  const std::string_view bytes(reinterpret_cast<const char*>(source.bytes.data()), source.bytes.size());
  size_t position = 0;
  const Pickle pickle(bytes, position, numpy_globals(), file);
  const char* labels_key = layout == CifarLayout::cifar10 ? "labels" : "fine_labels";
  const PickleValue& labels = required(pickle.root(), labels_key, file);
  const NumpyBytes data = numpy_bytes(required(pickle.root(), "data", file), file);
  const size_t image = size_t{kCifarChannels} * kCifarSide * kCifarSide;
  if (data.shape.size() != 2 || data.shape[1] != static_cast<int64_t>(image))
    throw DataError(fmt::format("{}: its 'data' is not an array of [images, {}]", file, image));
  if (!labels.is(PickleValue::Kind::list) || static_cast<int64_t>(labels.items.size()) != data.shape[0])
    throw DataError(fmt::format("{}: '{}' is not a list of {} labels", file, labels_key, data.shape[0]));
  const size_t count = limit > 0 ? std::min(labels.items.size(), static_cast<size_t>(limit)) : labels.items.size();
  const auto classes = static_cast<int64_t>(set.class_names.size());
  for (size_t i = 0; i < count; ++i) {
    const PickleValue& label = *labels.items[i];
    if (!label.is(PickleValue::Kind::integer) || !label.text.empty() || label.integer < 0 || label.integer >= classes)
      throw DataError(fmt::format("{}: image {}: expected a label from 0 to {}, found {}", file, i, classes - 1,
                                  label.is(PickleValue::Kind::integer) ? std::to_string(label.integer) : "something else"));
    set.labels.push_back(static_cast<int>(label.integer));
  }
  set.channels = kCifarChannels;
  set.height = set.width = kCifarSide;
  set.pixels.insert(set.pixels.end(), data.bytes.begin(), data.bytes.begin() + static_cast<std::ptrdiff_t>(count * image));
}

}  // namespace tnn
