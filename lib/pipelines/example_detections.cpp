#include "pipelines/example_detections.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/interruption.h"
#include "data/image_decoder.h"
#include "data/png_writer.h"
#include "network/input_batch.h"
#include "tasks/detection_accumulator.h"

namespace tnn {
namespace {

constexpr int64_t kImages = 6;
constexpr size_t kMostBytes = size_t{512} << 10;  ///< of a picture as it is stored
constexpr int kLongSide = 480;                    ///< pixels of one that is larger

ExampleBox example_box(const Box& box, int category, double score) { return {box.x1, box.y1, box.x2, box.y2, category, score}; }

/// A smaller picture, every n-th pixel of both sides.
std::string thinned_png(const PixelImage& image) {
  const int step = (std::max(image.height, image.width) + kLongSide - 1) / kLongSide;
  PixelImage small;
  small.resize((image.height + step - 1) / step, (image.width + step - 1) / step);
  for (int y = 0; y < small.height; ++y)
    for (int x = 0; x < small.width; ++x)
      std::copy_n(image.row(y * step) + static_cast<size_t>(x * step) * PixelImage::kPixelBytes, PixelImage::kPixelBytes,
                  small.row(y) + static_cast<size_t>(x) * PixelImage::kPixelBytes);
  return png_bytes(small);
}

/// The picture itself and its size.
ExampleImage read_picture(const EncodedImages& images, size_t index) {
  std::vector<uint8_t> bytes;
  images.read(index, bytes);
  ExampleImage example;
  example.name = std::filesystem::path(images.name_in_class(index)).filename().string();
  const ImageExtent extent = open_image(bytes)->extent();
  example.height = extent.height, example.width = extent.width;
  if (bytes.size() <= kMostBytes) {
    example.bytes.assign(bytes.begin(), bytes.end());
    return example;
  }
  PixelImage pixels;
  decode_image(bytes, pixels);
  example.bytes = thinned_png(pixels);
  return example;
}

/// The smallest, the middle and the largest of the points, each once.
std::vector<size_t> three_of(size_t count) {
  const std::set<size_t> chosen{0, count / 2, count - 1};
  return {chosen.begin(), chosen.end()};
}

}  // namespace

std::vector<ExampleImage> example_detections(const Network& network, const Predictor& predict, const std::vector<SweepPoint>& swept,
                                             const std::shared_ptr<const ImageSet>& images, LoaderOptions loading) {
  c10::InferenceMode inference;
  std::vector<ExampleImage> examples;
  const int64_t count = std::min(kImages, images->size());
  if (!images->encoded || swept.empty()) return examples;
  loading.batch_size = 1;
  loading.workers = 0;
  loading.augmentation.decoding.damaged = DamagePolicy::skip;
  for (int64_t i = 0; i < count; ++i) {
    stop_if_interrupted();
    const auto index = static_cast<uint32_t>(i * images->size() / count);
    Loader loader(images, {index}, loading);
    loader.start_epoch(0);
    Batch batch;
    if (!loader.next(batch) || batch.size == 0) continue;
    const InputBatch input = to_tensors(batch, network.device());
    ExampleImage example = read_picture(*images->encoded, index);
    for (const size_t p : three_of(swept.size())) {
      DetectionAccumulator found(network.description().class_names, *network.description().detector);
      found.add(predict(input.inputs, swept[p]), input.targets);
      ExampleImage::Found at{swept[p].u, {}};
      for (const Detection& one : found.detections().front()) at.boxes.push_back(example_box(one.box, one.category, one.score));
      if (example.shown.empty())
        for (const AnnotatedObject& object : found.truth().images.front().objects)
          example.shown.push_back(example_box(object.box, object.category, 1));
      example.found.push_back(std::move(at));
    }
    examples.push_back(std::move(example));
  }
  return examples;
}

}  // namespace tnn
