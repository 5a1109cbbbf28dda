#pragma once

#include <string>

#include "core/table.h"
#include "pipelines/train.h"

namespace tnn {

/// What `train` would do with a recipe, after checking all that can be checked: data found, model and operating points, steps, the folder
/// (with the errors of the training itself), and an estimate of the time from a few real training steps on real images. Writes nothing.
std::string dry_run(const Recipe& recipe, const TrainOptions& train, TableFormat format);

/// What will be done about the run in a folder; "" where there is none.
const char* run_folder_note(bool holds_run, RunFolder::Existing existing);

}  // namespace tnn
