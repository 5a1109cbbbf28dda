#pragma once

namespace tnn::app {

/// For commands that have something to save or to clear away: the first SIGTERM, SIGINT, SIGHUP or SIGUSR1 asks them to stop at the next
/// step, in a training after a checkpoint. A second SIGTERM or SIGINT ends the process at once, without the files in the making. (A closed
/// terminal sends SIGHUP more than once.) What the parent process has set to be ignored (nohup, a background job of a script) stays so.
void stop_gently_on_signals();

}  // namespace tnn::app
