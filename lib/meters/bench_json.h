#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "meters/bench_rows.h"

namespace tnn {

/// A row with all its figures: u, point, macs, p50_ms, p50_ms_low, p50_ms_high, ..., max_ms, switch_us, and where there was a meter
/// power_mw, energy_mj (an inference), energy_mj_idle_subtracted and rails (name -> mW). What could not be measured is null.
nlohmann::ordered_json bench_row_json(const BenchRow& row);

/// Measurements as they are kept between a benchmark that was killed and its --resume.
nlohmann::ordered_json measurement_json(const PointMeasurement& measurement);
/// nlohmann::json::exception where it is none.
PointMeasurement measurement_from_json(const nlohmann::ordered_json& json);

}  // namespace tnn
