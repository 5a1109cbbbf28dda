#pragma once

#include <optional>
#include <string>

#include "control/controller_description.h"
#include "runtime/engine.h"

namespace tnn {

/// A setting of a network that was certified on held-out samples: with the stated confidence over those samples, the probability that it is
/// wrong where the full network is right is at most `risk`, for samples that are exchangeable with them. The metadata `tnn.floor`.
struct FloorCertificate {
  Cascade setting;  ///< a cascade; a single stage is one fixed u, or in a controller's file the least u that its choices are raised to
  double risk = 0;  ///< certified bound
  double confidence = 0;
  int64_t samples = 0;      ///< of the calibration split
  int64_t losses = 0;       ///< among them
  double p_value = 1;       ///< P(Bin(samples, risk) <= losses)
  double level = 0;         ///< what it was tested at: 1 - confidence, shared among the kinds of settings that were tried
  std::string calibration;  ///< which samples: "fashion_mnist validation"
  std::string data;         ///< their digest
  std::string network;      ///< model_identity() of the network whose file holds it
};

SafetensorsMetadata floor_to_metadata(const FloorCertificate& certificate);
/// The certificate of a model file. UsageError where it has none, or it is of other weights; DataError where it is damaged; both name the
/// file.
FloorCertificate read_floor(const SafetensorsFile& file);
/// The same; nothing where the file has none.
std::optional<FloorCertificate> find_floor(const SafetensorsFile& file);

/// Its setting, to run in `precision`; UsageError also where that is not fp32, in which it was certified.
Cascade certified_setting(const SafetensorsFile& file, Precision precision);

/// Puts a certificate into a model file, in place of an earlier one; the file appears whole, all else in it stays.
void write_floor(const std::filesystem::path& model, const FloorCertificate& certificate);

}  // namespace tnn
