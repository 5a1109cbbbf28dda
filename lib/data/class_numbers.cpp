#include "data/class_numbers.h"

#include <algorithm>
#include <utility>

namespace tnn {

void renumber_classes(const std::vector<int>& numbers, const std::vector<std::string>& classes, AnnotatedImages& annotations) {
  for (AnnotatedImage& image : annotations.images)
    for (AnnotatedObject& object : image.objects) object.category = numbers.at(static_cast<size_t>(object.category));
  int64_t last = 0;
  for (const int64_t id : annotations.category_ids) last = std::max(last, id);
  std::vector<int64_t> ids(classes.size());
  for (int64_t& id : ids) id = ++last;
  for (size_t i = 0; i < numbers.size(); ++i)
    if (numbers[i] >= 0) ids.at(static_cast<size_t>(numbers[i])) = annotations.category_ids.at(i);
  annotations.categories = classes;
  annotations.category_ids = std::move(ids);
}

}  // namespace tnn
