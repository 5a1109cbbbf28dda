#pragma once

#include "program.h"

namespace tnn::app {

/// Flags of `tnn run --govern`.
struct StreamOptions {
  std::string govern;  ///< empty: not asked for
  double seconds = 10;
  std::filesystem::path load_trace, trace, profile;
  std::string synthetic_load = "none";
  uint64_t seed = 0;
};

/// --govern and what goes with it; `others`: the flags that do not.
void add_stream_options(CLI::App& command, StreamOptions& options, const std::vector<const char*>& others);

/// Runs a governed stream of what `run` names, and prints its figures.
int run_governed(const RunRequest& run, const StreamOptions& options, const std::string& format, const Session& session);

}  // namespace tnn::app
