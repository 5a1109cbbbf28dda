#pragma once

#include "report/chart.h"
#include "report/utilization_curve.h"

namespace tnn {

/// The pictures of a curve, for curve.svg and the report.
Chart headline_against_utilization(const UtilizationCurve& curve);  ///< the headline metric with the band of its interval
Chart macs_against_utilization(const UtilizationCurve& curve);
Chart latency_against_utilization(const UtilizationCurve& curve);  ///< median with 5th to 95th percentile
Chart headline_against_macs(const UtilizationCurve& curve);
Chart headline_against_latency(const UtilizationCurve& curve);
Chart training_loss_chart(const UtilizationCurve& curve);
Chart validation_chart(const UtilizationCurve& curve);

}  // namespace tnn
