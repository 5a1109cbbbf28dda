#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "control/floor_certificate.h"
#include "core/progress.h"
#include "core/table.h"
#include "evaluation/risk_control.h"
#include "pipelines/named_model.h"

namespace tnn {

/// What `tnn calibrate-floor` was asked for.
struct FloorOptions {
  NamedModel model;
  RiskTarget target;
  std::string rule = "auto";  ///< "fixed": one u; "cascade": stages at `stages` with one threshold; "auto": the cheaper of both
  std::vector<double> stages{0.25, 0.5, 1};  ///< of the cascade, the last one 1
  std::filesystem::path controller;          ///< of the model: its choices, raised to a least u, are what is certified; empty: none
  std::string split = "validation";          ///< or "test": the samples that the setting is certified on
};

struct CalibratedFloor {
  std::string rule;            ///< "fixed", "cascade" or "controller"
  std::filesystem::path file;  ///< that holds the certificate
  FloorCertificate certificate;
  double mean_macs = 0, full_macs = 0;  ///< of an input on the calibration samples
  double top1 = 0, full_top1 = 0;       ///< on the same samples
};

/// Certifies the cheapest setting of a classifier on held-out samples (see last_certified) and stores it in the model file, or with a
/// controller in the controller's. A sample's loss is 1 where the full network is right and the setting is wrong. UsageError where the
/// split is too small, with the number that is needed.
CalibratedFloor calibrate_floor(const FloorOptions& options, Progress& progress);

Table floor_table(const CalibratedFloor& floor);

}  // namespace tnn
