#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/table.h"
#include "formats/model_description.h"
#include "formats/npy_file.h"

namespace tnn {

/// UsageError where a model's first output is not the logits of a classifier.
void require_classifier(const ModelDescription& description);

/// The `k` most probable classes of each input, a row a class: input, rank from 1, class (its index), label, probability (the softmax of
/// the logits). `logits`: [inputs, classes]. Where the model has fewer classes, all of them; of equal ones the first. DataError where a
/// logit is not a finite number. `exact`: probabilities with all their digits.
Table top_classes(const ModelDescription& description, const std::vector<std::string>& inputs, const NpyArray& logits, int64_t k,
                  bool exact);

}  // namespace tnn
