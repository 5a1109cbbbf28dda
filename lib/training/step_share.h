#pragma once

#include <ATen/core/Tensor.h>

#include "distributed/agreement.h"
#include "distributed/batch_share.h"
#include "distributed/gradient_reducer.h"

namespace tnn {

/// What a process has to do of a step that several share: its samples of the batch, of whose mean loss it leaves its own part in the
/// gradients.
struct StepShare {
  BatchShare samples;
  SharedGroup group = {};              ///< null: the process is alone
  GradientReducer* reducer = nullptr;  ///< is to be told what the step has open; null where nothing is to be added up
  bool sync_batch_norm = false;

  static StepShare alone(int64_t size) { return {BatchShare::whole(size)}; }

  /// Of numbers that are known for every sample of the batch, [..., size], those of this process's samples.
  at::Tensor own(const at::Tensor& all) const;
  /// Of the numbers of this process's samples, [..., count], those of the whole batch, [..., size]. Every process calls it.
  at::Tensor whole(const at::Tensor& own) const;
};

}  // namespace tnn
