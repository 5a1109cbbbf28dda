#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "formats/npy_file.h"
#include "runtime/throttled_network.h"

namespace tnn {

/// What `tnn run` was asked for.
struct RunRequest {
  std::filesystem::path model;  ///< model file or run folder
  std::filesystem::path
      input;  ///< .npy: [batch, input shape...] or one input; float, or uint8 images, which are normalised as the model says
  std::filesystem::path output;  ///< .npy: [batch, output shape...], float32; of several outputs, see output_files()
  double u = 1.0;
  std::optional<int> point;  ///< an operating point by index, instead of u
  RuntimeOptions runtime;
};

/// What was run, for the reader.
struct RunSummary {
  int64_t inputs = 0;
  int point = 0;
  double u = 1.0;
  int64_t macs = 0;
  std::string engine;
};

/// UsageError or SystemError where an output would replace what the run reads, or the other output, or could not be written; before
/// anything is computed.
void check_outputs(const RunRequest& request);

/// Computes all inputs of a file at one operating point by the runtime.
RunSummary run_model(const RunRequest& request);

/// Where each output goes: one into `request.output`; several into files of their own beside it, NAME.npy and output "fc" make NAME-fc.npy.
/// UsageError where that would be the input or the model file, or two of them the same.
std::vector<std::filesystem::path> output_files(const RunRequest& request, const Graph& graph);

/// The input file as [batch, shape...]; DataError where it does not fit the model.
NpyArray read_inputs(const RunRequest& request, const ModelDescription& description);

}  // namespace tnn
