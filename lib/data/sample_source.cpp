#include "data/sample_source.h"

#include "data/decoded_clips.h"
#include "data/decoded_images.h"
#include "data/images_in_memory.h"

namespace tnn {

std::unique_ptr<SampleSource> make_sample_source(std::shared_ptr<const ImageSet> set, std::vector<uint32_t> indices,
                                                 SampleOptions options) {
  if (set->clips) return std::make_unique<DecodedClips>(std::move(set), std::move(indices), std::move(options));
  if (set->encoded) return std::make_unique<DecodedImages>(std::move(set), std::move(indices), std::move(options));
  return std::make_unique<ImagesInMemory>(std::move(set), std::move(indices), std::move(options));
}

}  // namespace tnn
