#pragma once

#include "export/onnx_lowering.h"

namespace tnn {

/// A whole detector with one operating point (static_cut.h) as an ONNX graph, of one image: inputs "input" [1, channels, height, width] and
/// "extent" [2], the height and width in pixels of the part of the input that the image fills, from its upper left corner; outputs "boxes"
/// [n, 4] (x1, y1, x2, y2 in pixels of the input), "labels" [n], int64, from 0 on, and "scores" [n], by falling score. Anchors are
/// constants; proposals and detections are chosen by TopK and NonMaxSuppression, regions are read by RoiAlign.
///
/// Opset 13's RoiAlign knows no half pixels: of a RoIAlign that is aligned the regions are moved by half a place, which is the same but for
/// regions less than a place wide or high; opset 17 says it as it is. UsageError where there are several operating points.
OnnxModel lower_detector_to_onnx(const StoredModel& model, const OnnxOptions& options);

}  // namespace tnn
