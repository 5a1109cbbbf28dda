#include "data/cifar_pickle.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "formats/pretrained/numpy_pickle.h"

namespace tnn {
namespace {

constexpr int64_t kImageBytes = int64_t{kCifarChannels} * kCifarSide * kCifarSide;

const PickleValue& required(const PickleValue& root, const char* key, const std::string& file) {
  if (!root.is(PickleValue::Kind::dictionary)) throw DataError(fmt::format("{}: is no batch of CIFAR: its pickle is no dictionary", file));
  const PickleValue* value = pickled_entry(root, key);
  if (!value) throw DataError(fmt::format("{}: is no batch of CIFAR: its pickle has no '{}'", file, key));
  return *value;
}

/// Planar images, one after another.
NumpyArray images_of(const PickleValue& data, const std::string& file) {
  const std::string expected =
      fmt::format("an array of [images, {}] or [images, {}, {}, {}] bytes", kImageBytes, kCifarChannels, kCifarSide, kCifarSide);
  if (data.is_sequence()) throw DataError(fmt::format("{}: its 'data' is a list, not {}", file, expected));
  NumpyArray array = numpy_array(data, file);
  if (!array.is_uint8()) throw DataError(fmt::format("{}: its 'data' is of {}{}, not of uint8", file, array.kind, array.width));
  const std::vector<int64_t> rest(array.shape.begin() + (array.shape.empty() ? 0 : 1), array.shape.end());
  if (rest != std::vector<int64_t>{kImageBytes} && rest != std::vector<int64_t>{kCifarChannels, kCifarSide, kCifarSide})
    throw DataError(fmt::format("{}: its 'data' is an array of [{}], not {}", file, fmt::join(array.shape, ", "), expected));
  return array;
}

}  // namespace

void append_cifar_pickle(const SourceBytes& source, CifarLayout layout, int64_t limit, LabelledImages& set) {
  const std::string file = source.path.string();
  const std::string_view bytes(reinterpret_cast<const char*>(source.bytes.data()), source.bytes.size());
  size_t position = 0;
  const Pickle pickle(bytes, position, numpy_globals(), file);
  const char* labels_key = layout == CifarLayout::cifar10 ? "labels" : "fine_labels";
  const auto labels = pickled_integers(required(pickle.root(), labels_key, file), file);
  const NumpyArray data = images_of(required(pickle.root(), "data", file), file);
  if (!labels || static_cast<int64_t>(labels->size()) != data.shape[0])
    throw DataError(fmt::format("{}: '{}' is not a list of {} integers", file, labels_key, data.shape[0]));
  const size_t count = limit > 0 ? std::min(labels->size(), static_cast<size_t>(limit)) : labels->size();
  const auto classes = static_cast<int64_t>(set.class_names.size());
  for (size_t i = 0; i < count; ++i) {
    const int64_t label = (*labels)[i];
    if (label < 0 || label >= classes)
      throw DataError(fmt::format("{}: image {}: expected a label from 0 to {}, found {}", file, i, classes - 1, label));
    set.labels.push_back(static_cast<int>(label));
  }
  ImageSet& images = set.images;
  images.channels = kCifarChannels;
  images.height = images.width = kCifarSide;
  images.pixels.insert(images.pixels.end(), data.bytes.begin(), data.bytes.begin() + static_cast<std::ptrdiff_t>(count) * kImageBytes);
}

}  // namespace tnn
