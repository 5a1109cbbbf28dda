#pragma once

#include <functional>

#include "distributed/agreement.h"
#include "pipelines/settings/settings.h"
#include "subcommands.h"

namespace tnn::app {

/// --processes N of the commands that several processes can run together; 0: not given.
void add_processes(CLI::App& command, int& processes);

/// Runs `work` in the group of processes to which this one belongs (torchrun, srun, mpirun), or in as many as were asked for, which this
/// one starts and watches, or alone. `quiet` for ranks other than 0, whose errors are told where rank 0 does not tell the same. Returns the
/// exit code.
int run_in_group(int processes, const Settings& settings, const std::function<int(const SharedGroup& group)>& work);

}  // namespace tnn::app
