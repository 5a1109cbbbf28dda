#pragma once

#include "report/chart.h"
#include "report/utilization_curve.h"

namespace tnn {

/// The pictures of a curve, for curve.svg and the report.
Chart accuracy_against_utilization(const UtilizationCurve& curve);  ///< top-1 with its Wilson band
Chart macs_against_utilization(const UtilizationCurve& curve);
Chart latency_against_utilization(const UtilizationCurve& curve);  ///< median with 5th to 95th percentile
Chart accuracy_against_macs(const UtilizationCurve& curve);
Chart accuracy_against_latency(const UtilizationCurve& curve);
Chart training_loss_chart(const UtilizationCurve& curve);
Chart validation_accuracy_chart(const UtilizationCurve& curve);

}  // namespace tnn
