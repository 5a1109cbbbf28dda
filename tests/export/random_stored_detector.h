#pragma once

#include "random_detector.h"
#include "random_model.h"

/// A random detector with random tensors, whose last layers are large enough that it finds something.
inline tnn::StoredModel random_stored_detector(uint64_t seed) {
  const tnn::ModelDescription description = tnn::random_detector(seed);
  tnn::StoredModel model = random_model(description.graph, description.gating, description.batch_norm, seed);
  model.description = description;
  for (auto& [name, tensor] : model.tensors)
    if (name.find("box_predictor") != std::string::npos || name.find("rpn.head") != std::string::npos)
      for (float& value : tensor.values) value *= name.find("bbox_pred") != std::string::npos ? 0.4F : 1.5F;
  return model;
}
