#pragma once

#include "export/onnx_model.h"
#include "export/stored_model.h"

namespace tnn {

struct OnnxOptions {
  int opset = 13;
  /// The graph takes stored pixels, 0 to 255 as fp32, and computes (value / 255 - mean) / std itself.
  bool preprocessing = false;
};

/// The network as an ONNX graph: input "input" [batch, ...], the outputs by the names of the graph's, at full width with zeros in closed
/// channels, tensors and operators by the names of nodes and parameters. With several operating points a second input "u" (scalar): weights
/// are sliced in the graph to the active channels, batch norm that differs by point reads tables, closed branches are skipped by If. With
/// one, a plain static net; a detector is written whole, with one only (onnx_detector.h). Batch norm with one set of statistics is folded
/// into the convolution or linear layer before it. UsageError where ONNX cannot say it.
OnnxModel lower_to_onnx(const StoredModel& model, const OnnxOptions& options);

}  // namespace tnn
