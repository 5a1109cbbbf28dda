#include "tasks/region_targets.h"

#include "data/box_targets.h"

namespace tnn {

std::vector<ImageObjects> objects_of(const Targets& targets) {
  const auto on_cpu = [&](const char* name) { return targets.at(name).cpu().contiguous(); };
  const at::Tensor boxes = on_cpu(BoxTargets::kBoxes), labels = on_cpu(BoxTargets::kLabels), flags = on_cpu(BoxTargets::kFlags),
                   extents = on_cpu(BoxTargets::kExtent);
  const float *box = boxes.const_data_ptr<float>(), *extent = extents.const_data_ptr<float>();
  const int64_t *label = labels.const_data_ptr<int64_t>(), *flag = flags.const_data_ptr<int64_t>();
  const std::vector<int64_t>& offsets = targets.offsets(BoxTargets::kBoxes);
  std::vector<ImageObjects> images(static_cast<size_t>(extents.size(0)));
  for (size_t i = 0; i < images.size(); ++i) {
    images[i].height = extent[2 * i], images[i].width = extent[2 * i + 1];
    for (int64_t row = offsets[i]; row < offsets[i + 1]; ++row) {
      const Box here{box[4 * row], box[4 * row + 1], box[4 * row + 2], box[4 * row + 3]};
      if (flag[row] != 0) {
        images[i].ignored.push_back(here);
      } else {
        images[i].objects.push_back(here);
        images[i].labels.push_back(label[row]);
      }
    }
  }
  return images;
}

}  // namespace tnn
