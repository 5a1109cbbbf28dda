#include "data/idx_reader.h"

#include <fmt/format.h>

#include "core/error.h"
#include "data/label_check.h"

namespace tnn {
namespace {

constexpr uint32_t kImagesMagic = 0x803, kLabelsMagic = 0x801;

uint32_t big_endian(const SourceBytes& source, size_t offset, const char* field) {
  const auto& bytes = source.bytes;
  if (bytes.size() < offset + 4)
    throw DataError(fmt::format("{}: byte {}: expected {} (4 bytes), found the end of the file after {} bytes", source.path.string(),
                                offset, field, bytes.size()));
  return static_cast<uint32_t>(bytes[offset]) << 24 | static_cast<uint32_t>(bytes[offset + 1]) << 16 |
         static_cast<uint32_t>(bytes[offset + 2]) << 8 | static_cast<uint32_t>(bytes[offset + 3]);
}

void check_magic(const SourceBytes& source, uint32_t expected, const char* kind) {
  const uint32_t found = big_endian(source, 0, "the IDX magic number");
  if (found != expected)
    throw DataError(fmt::format("{}: byte 0: expected the IDX magic number 0x{:08x} ({}), found 0x{:08x}", source.path.string(), expected,
                                kind, found));
}

void check_size(const SourceBytes& source, uint64_t expected, const std::string& contents) {
  const uint64_t found = source.bytes.size();
  if (found < expected)
    throw DataError(
        fmt::format("{}: byte {}: expected {} bytes ({}), found the end of the file", source.path.string(), found, expected, contents));
  if (found > expected)
    throw DataError(fmt::format("{}: byte {}: expected the end of the file ({}), found {} more bytes", source.path.string(), expected,
                                contents, found - expected));
}

}  // namespace

ImageSet parse_idx_images(SourceBytes source) {
  constexpr uint32_t kLargestSide = 1 << 14;
  check_magic(source, kImagesMagic, "unsigned bytes, 3 dimensions");
  const uint32_t count = big_endian(source, 4, "the number of images");
  const uint32_t height = big_endian(source, 8, "the height"), width = big_endian(source, 12, "the width");
  for (const auto& [side, offset] : {std::pair{height, 8}, std::pair{width, 12}})
    if (side == 0 || side > kLargestSide)
      throw DataError(
          fmt::format("{}: byte {}: expected an image side from 1 to {}, found {}", source.path.string(), offset, kLargestSide, side));
  check_size(source, 16 + uint64_t{count} * height * width, fmt::format("{} images of {} x {}", count, height, width));
  ImageSet set;
  set.channels = 1;
  set.height = static_cast<int>(height);
  set.width = static_cast<int>(width);
  set.pixels = std::move(source.bytes);
  set.pixels.erase(set.pixels.begin(), set.pixels.begin() + 16);
  return set;
}

std::vector<int> parse_idx_labels(const SourceBytes& source, int classes) {
  check_magic(source, kLabelsMagic, "unsigned bytes, 1 dimension");
  const uint32_t count = big_endian(source, 4, "the number of labels");
  check_size(source, 8 + uint64_t{count}, fmt::format("{} labels", count));
  std::vector<int> labels(source.bytes.begin() + 8, source.bytes.end());
  LabelCheck check(source.path, "label", classes);
  for (size_t i = 0; i < labels.size(); ++i) check.look(labels[i], 8 + i);
  check.finish();
  return labels;
}

LabelledImages parse_idx(SourceBytes images, const SourceBytes& labels, const std::vector<std::string>& class_names) {
  const std::string images_path = images.path.string();
  LabelledImages set{parse_idx_images(std::move(images)), {}, class_names};
  const size_t count = set.images.pixels.size() / set.images.image_bytes();
  set.labels = parse_idx_labels(labels, static_cast<int>(class_names.size()));
  if (set.labels.size() != count)
    throw DataError(fmt::format("{}: byte 4: expected {} labels, as many as {} has images, found {}", labels.path.string(), count,
                                images_path, set.labels.size()));
  return set;
}

}  // namespace tnn
