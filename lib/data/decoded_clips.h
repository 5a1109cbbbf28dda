#pragma once

#include "data/clip_preparation.h"
#include "data/sample_source.h"

namespace tnn {

/// Clips whose frames are decoded and prepared when they are asked for. A damaged one that is left out is in the set's damage log.
class DecodedClips : public SampleSource {
 public:
  DecodedClips(std::shared_ptr<const ImageSet> set, std::vector<uint32_t> indices, SampleOptions options);

  std::vector<int64_t> shape() const override { return preparation_.shape(); }
  std::optional<Geometry> write(size_t position, uint64_t epoch, float* out) const override;

 private:
  Geometry prepare(uint32_t index, uint64_t epoch, float* out) const;

  std::shared_ptr<const ImageSet> set_;
  std::vector<uint32_t> indices_;
  bool channels_last_;
  DamagePolicy damaged_;
  std::shared_ptr<LoadingTimes> times_;
  ClipPreparation preparation_;
};

}  // namespace tnn
