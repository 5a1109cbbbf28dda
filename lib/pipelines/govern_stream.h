#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "control/stream_figures.h"
#include "pipelines/run_model.h"
#include "recipe/govern_text.h"

namespace tnn {

/// What `tnn run --govern` was asked for.
struct GovernRequest {
  RunRequest run;                    ///< model, inputs (none: seeded noise) and engine
  GovernText asked;                  ///< the governor
  double seconds = 10;               ///< of the stream
  std::filesystem::path load_trace;  ///< see LoadSchedule; empty: `synthetic_load`
  std::string synthetic_load = "none";
  std::filesystem::path trace;    ///< CSV; a picture of it appears beside it (.svg); empty: none
  std::filesystem::path profile;  ///< see read_profile(); empty: measured at the start
  uint64_t seed = 0;              ///< of the noise
};

/// What came of it.
struct GovernResult {
  std::vector<StreamRow> rows;
  StreamTarget target;
  std::vector<StreamFigures> figures;
  std::vector<std::string> notes;  ///< for the reader: what was measured, assumed, noticed
  std::string engine;
};

/// UsageError or SystemError where the trace or its picture would replace what is read, or could not be written.
void check_stream_outputs(const GovernRequest& request);
/// Where the picture of a trace goes; empty where the trace is no regular file.
std::filesystem::path picture_beside(const std::filesystem::path& trace);

/// Runs inferences of one input each, one after another, for the time asked for, under a load of busy threads, at the operating points that
/// a governor chooses by what it measures; then judges it and writes trace and picture.
GovernResult govern_stream(const GovernRequest& request);

}  // namespace tnn
