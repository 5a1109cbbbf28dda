#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/progress.h"
#include "core/table.h"
#include "pipelines/output_check.h"

namespace tnn {

/// What `export` is to write.
struct ExportOptions {
  std::filesystem::path model, out;
  std::string format = "onnx";     ///< or "safetensors"
  std::string utilizations;        ///< of static nets, as in a sweep; empty: none
  bool throttleable = false;       ///< one file for every operating point
  int opset = 13;                  ///< of ONNX
  bool preprocessing = false;      ///< ONNX: (pixel / 255 - mean) / std inside the graph
  std::string precision = "fp32";  ///< safetensors: fp32, fp16 or bf16
  std::string data_root;           ///< where the model's data set is, for the check on real inputs
  CommandInputs inputs;            ///< what no output may replace, beside the model
};

/// A file that was written.
struct ExportedFile {
  std::filesystem::path path;
  std::string u;  ///< of a static net; "all": throttleable
  uintmax_t bytes = 0;
  int64_t parameters = 0, macs = 0;  ///< of a static net, or at full width
  double largest_difference = 0;     ///< of its logits from the source's, over all checked points, relative to the largest logit
  std::string checked_on;            ///< which inputs
};

/// Writes the files, each after its bytes were read back and run: ONNX by an evaluator of ONNX's own operators, safetensors as a network,
/// against the source network run by LibTorch on test images of the model's data set (random inputs where that is not found). UsageError
/// where something cannot be said in the format; Error where a file of fp32 differs by more than 1e-4, which is then not written.
std::vector<ExportedFile> export_model(const ExportOptions& options, Progress& progress);

Table export_table(const std::vector<ExportedFile>& files);

}  // namespace tnn
