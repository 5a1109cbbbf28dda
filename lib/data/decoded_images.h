#pragma once

#include "data/image_preparation.h"
#include "data/sample_source.h"

namespace tnn {

/// Encoded images, decoded and prepared when they are asked for. A damaged one that is left out is in the set's damage log.
class DecodedImages : public SampleSource {
 public:
  DecodedImages(std::shared_ptr<const ImageSet> set, std::vector<uint32_t> indices, SampleOptions options);

  std::vector<int64_t> shape() const override;
  std::optional<Geometry> write(size_t position, uint64_t epoch, float* out) const override;

 private:
  std::shared_ptr<const ImageSet> set_;
  std::vector<uint32_t> indices_;
  bool channels_last_;
  DamagePolicy damaged_;
  ImagePreparation preparation_;
};

}  // namespace tnn
