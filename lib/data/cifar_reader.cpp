#include "data/cifar_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "core/error.h"
#include "data/label_check.h"

namespace tnn {
namespace {

constexpr size_t kPixelBytes = size_t{kCifarChannels} * kCifarSide * kCifarSide;
constexpr int kCoarseClasses = 20;

size_t label_bytes(CifarLayout layout) { return layout == CifarLayout::cifar10 ? 1 : 2; }

}  // namespace

size_t cifar_record_bytes(CifarLayout layout) { return label_bytes(layout) + kPixelBytes; }

void append_cifar(const SourceBytes& source, CifarLayout layout, int64_t limit, LabelledImages& set) {
  assert(set.labels.empty() || set.images.image_bytes() == kPixelBytes);
  const auto& bytes = source.bytes;
  const size_t record = cifar_record_bytes(layout), labels = label_bytes(layout);
  if (bytes.size() % record != 0 || bytes.empty())
    throw DataError(fmt::format("{}: byte {}: expected whole records of {} bytes, found {} bytes after {} records", source.path.string(),
                                bytes.size() - bytes.size() % record, record, bytes.size() % record, bytes.size() / record));
  LabelCheck coarse(source.path, "coarse label", kCoarseClasses), fine(source.path, "label", static_cast<int>(set.class_names.size()));
  const size_t count = limit > 0 ? std::min(bytes.size() / record, static_cast<size_t>(limit)) : bytes.size() / record;
  ImageSet& images = set.images;
  images.channels = kCifarChannels;
  images.height = images.width = kCifarSide;
  images.pixels.reserve(images.pixels.size() + count * kPixelBytes);
  for (size_t i = 0; i < count; ++i) {
    const size_t start = i * record, pixels = start + labels;
    if (layout == CifarLayout::cifar100) coarse.look(bytes[start], start);
    fine.look(bytes[pixels - 1], pixels - 1);
    set.labels.push_back(bytes[pixels - 1]);
    const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(pixels);
    images.pixels.insert(images.pixels.end(), first, first + static_cast<std::ptrdiff_t>(kPixelBytes));
  }
  coarse.finish();
  fine.finish();
}

}  // namespace tnn
