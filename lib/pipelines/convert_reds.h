#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "conversion/convert.h"
#include "core/progress.h"
#include "core/table.h"
#include "pipelines/named_model.h"

namespace tnn {

/// What `tnn convert-reds` was asked for.
struct RedsOptions {
  NamedModel model;
  std::filesystem::path out;
  ConversionOptions conversion;
  std::string importance = "gradient";  ///< or "magnitude", which needs no data
  int64_t batches = 100, batch_size = 128;
  int64_t recalibration_images = 2000;
};

struct RedsResult {
  std::vector<ConvertedPoint> points;
  std::vector<std::string> gates;  ///< names, in the order of ConvertedPoint::channels
  std::vector<int64_t> widths;     ///< of each at full width
  int64_t measured = 0;            ///< operating points whose batch-norm statistics were measured
  int64_t images = 0;              ///< training samples of the gradients; 0: magnitudes
};

/// Converts a trained network into a throttleable model file with an operating point for each budget (see convert_network), with batch-norm
/// statistics measured for each on training samples. UsageError where these are needed and the model does not say of which data set, and
/// where the file would replace what it is made from.
RedsResult convert_reds(const RedsOptions& options, Progress& progress);

Table reds_table(const RedsResult& result, bool for_programs);

}  // namespace tnn
