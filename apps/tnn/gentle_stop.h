#pragma once

namespace tnn::app {

/// For commands that have something to save: the first SIGTERM or SIGINT asks them to stop at the next step, after a checkpoint; a second
/// one ends the process at once.
void stop_gently_on_signals();

}  // namespace tnn::app
