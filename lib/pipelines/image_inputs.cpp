#include "pipelines/image_inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "core/error.h"
#include "data/file_bytes.h"
#include "data/folder_scan.h"
#include "pipelines/clip_inputs.h"
#include "pipelines/experiment.h"
#include "pipelines/image_options.h"

namespace tnn {
namespace {

constexpr double kLuma[] = {0.299, 0.587, 0.114};  ///< of red, green, blue: ITU-R BT.601

/// `note` becomes the line about what lies there and is no image.
std::vector<std::filesystem::path> image_files(const std::filesystem::path& file_or_folder, std::string& note) {
  if (!std::filesystem::is_directory(file_or_folder)) return {file_or_folder};
  FolderScan scan(file_or_folder);
  std::vector<std::filesystem::path> files;
  for (const std::string& name : scan.images_without_classes({})) files.push_back(file_or_folder / name);
  for (const std::string& folder : scan.class_folders())
    for (const std::string& name : scan.images_of_class(folder)) files.push_back(file_or_folder / name);
  note = scan.left_out().line();
  if (files.empty())
    throw DataError(fmt::format("'{}' holds no image (JPEG and PNG files are read, by their extensions)", file_or_folder.string()));
  return files;
}

/// How images become the input of a network; of one channel, still in colours and not normalised.
AugmentationOptions preparation_of(const ModelDescription& description) {
  const auto input = description.graph.dimensions(description.graph.input().shape);
  const Preprocessing& preprocessing = description.preprocessing;
  if (input.size() != 3 || (input[0] != 1 && input[0] != 3) || preprocessing.mean.size() != static_cast<size_t>(input[0]))
    throw UsageError(fmt::format("the network takes [{}]{}: images are for networks of 1 or 3 channels that were trained on images",
                                 fmt::join(input, ", "), preprocessing.mean.empty() ? " and has no mean and std" : ""));
  AugmentationOptions options = plain_augmentation(preprocessing);
  options.image_size = input_extent(description.graph);
  if (input[0] == 1) {
    options.mean.assign(3, 0.0F);
    options.std.assign(3, 1.0F);
  }
  return options;
}

}  // namespace

ImageInputs::ImageInputs(const std::filesystem::path& file_or_folder, const ModelDescription& description)
    : files_(image_files(file_or_folder, note_)),
      preprocessing_(description.preprocessing),
      channels_(description.graph.dimensions(description.graph.input().shape).front()),
      preparation_(std::make_unique<ImagePreparation>(preparation_of(description), 0)) {}

void ImageInputs::read(int64_t first, int64_t count, float* to) const {
  const ImageExtent extent = preparation_->output();
  const int64_t each = channels_ * extent.height * extent.width;
  for (int64_t i = 0; i < count; ++i) read_placed(first + i, to + i * each);
}

Geometry ImageInputs::read_placed(int64_t index, float* to) const try {
  std::vector<uint8_t> bytes;
  read_file_bytes(files_[static_cast<size_t>(index)], bytes);
  if (channels_ == 3) return preparation_->apply(bytes, 0, 0, to);
  const ImageExtent extent = preparation_->output();
  const auto plane = static_cast<size_t>(extent.height) * static_cast<size_t>(extent.width);
  std::vector<float> colours(3 * plane);
  const Geometry geometry = preparation_->apply(bytes, 0, 0, colours.data());
  for (size_t i = 0; i < plane; ++i) {
    double luma = 0;
    for (size_t c = 0; c < 3; ++c) luma += kLuma[c] * static_cast<double>(colours[c * plane + i]);
    to[i] = static_cast<float>((std::round(luma * 255.0) / 255.0 - preprocessing_.mean[0]) / preprocessing_.std[0]);
  }
  return geometry;
} catch (const DamagedImage& error) {
  throw DataError(fmt::format("'{}': {}", files_[static_cast<size_t>(index)].string(), error.what()));
}

std::unique_ptr<RunInputs> open_image_inputs(const std::filesystem::path& file_or_folder, const ModelDescription& description) {
  if (takes_clips(description.graph)) return std::make_unique<ClipInputs>(file_or_folder, description);
  return std::make_unique<ImageInputs>(file_or_folder, description);
}

}  // namespace tnn
