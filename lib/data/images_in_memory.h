#pragma once

#include "data/sample_source.h"

namespace tnn {

/// Images of one size in memory. Where they are resized, that is done once, up front, as far as the resized ones are not too many.
class ImagesInMemory : public SampleSource {
 public:
  ImagesInMemory(std::shared_ptr<const ImageSet> set, std::vector<uint32_t> indices, SampleOptions options);

  std::vector<int64_t> shape() const override;
  std::optional<Geometry> write(size_t position, uint64_t epoch, float* out) const override;

 private:
  void resize_up_front();
  const uint8_t* image(size_t position) const;

  std::shared_ptr<const ImageSet> set_;
  std::vector<uint32_t> indices_;
  SampleOptions options_;
  ImageExtent stored_;            ///< of the set's images
  std::vector<uint8_t> resized_;  ///< the images of indices_ at image_size; empty where they are not resized, or would not fit
  std::unique_ptr<const Augmentation> augmentation_;
};

}  // namespace tnn
