#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/input_controller.h"
#include "formats/npy_file.h"
#include "pipelines/run_inputs.h"
#include "runtime/throttled_network.h"

namespace tnn {

/// What `tnn run` was asked for.
struct RunRequest {
  std::filesystem::path model;   ///< model file or run folder
  std::filesystem::path input;   ///< .npy (see ArrayInputs), an image, or a folder of images
  std::filesystem::path output;  ///< .npy: [batch, output shape...], float32; of several outputs, see output_files(); empty: none
  double u = 1.0;
  std::optional<int> point;          ///< an operating point by index, instead of u
  std::filesystem::path controller;  ///< chooses the point of each input, instead of u; empty: none
  bool floor = false;                ///< the model's certified floor does, or that of the controller (see FloorCertificate)
  bool needs_classes = false;        ///< results are told as classes: refused for what is no classifier
  RuntimeOptions runtime;
  /// Reads images, in programs that can.
  std::function<std::unique_ptr<RunInputs>(const std::filesystem::path&, const ModelDescription&)> open_images;
};

/// What was run.
struct RunResult {
  std::vector<std::string> inputs;  ///< their names
  std::vector<NpyArray> outputs;    ///< of the graph, each [inputs, output shape...]
  ModelDescription description;
  int point = 0;
  double u = 1.0;
  int64_t macs = 0;
  std::vector<Decision> decisions;  ///< one an input, where a controller chose; then `macs` is their mean
  std::string engine;
  std::string note;  ///< about the inputs, for the reader; may be empty
};

/// UsageError or SystemError where an output would replace what the run reads, or the other output, or could not be written; before
/// anything is computed.
void check_outputs(const RunRequest& request);

/// Computes all inputs at one operating point by the runtime, and writes the outputs where they were asked for.
RunResult run_model(const RunRequest& request);

/// What run_model() does around the engine: computes `count` inputs, which come as they are prepared.
using RunBatch = std::function<void(const float* inputs, int64_t count, const std::vector<float*>& outputs)>;
RunResult run_in_batches(const RunRequest& request, const RunInputs& inputs, const ModelDescription& description, int point,
                         const RunBatch& run_batch);

/// Where each output goes: one into `request.output`; several into files of their own beside it, NAME.npy and output "fc" make NAME-fc.npy.
/// UsageError where that would be the input or the model file, or two of them the same.
std::vector<std::filesystem::path> output_files(const RunRequest& request, const Graph& graph);

/// The inputs of a request. DataError where they do not fit the model; UsageError where this program reads no images.
std::unique_ptr<RunInputs> open_inputs(const RunRequest& request, const ModelDescription& description);

}  // namespace tnn
