#pragma once

#include <string>
#include <vector>

#include "detection/annotations.h"

namespace tnn {

/// Lets the categories become `classes`: category i is class numbers[i], or none of them (-1), and then no object is of it. Classes that
/// are no category get ids that no other has.
void renumber_classes(const std::vector<int>& numbers, const std::vector<std::string>& classes, AnnotatedImages& annotations);

}  // namespace tnn
