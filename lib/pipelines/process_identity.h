#pragma once

#include <vector>

#include "distributed/agreement.h"
#include "pipelines/settings/settings.h"
#include "training/training_data.h"

namespace tnn {

/// What must be the same in all processes of a training: the program, the recipe with its overrides, the training data.
std::vector<StartItem> process_identity(const Settings& settings, const TrainingData& data);

/// `asked` threads, or where that is 0, the processors that this process may use, divided among the processes of this machine.
int threads_of_process(int asked, const SharedGroup& group);

}  // namespace tnn
