#include "report/curve_json.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "sample_curve.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

/// The sample with one key of its first point set to a JSON value.
std::string with_point_key(const std::string& key, const nlohmann::json& value) {
  auto json = nlohmann::json::parse(curve_json(sample_curve(2)));
  json["points"][0][key] = value;
  return json.dump();
}

}  // namespace

TEST_CASE("a curve read back from JSON is the curve that was written") {
  const UtilizationCurve curve = sample_curve();
  const std::string json = curve_json(curve);
  const UtilizationCurve back = parse_curve_json(json);
  CHECK(curve_json(back) == json);
  REQUIRE(back.points.size() == 16);
  CHECK(back.points[3].metrics[0].value == curve.points[3].metrics[0].value);
  CHECK(back.points[3].macs == curve.points[3].macs);
  CHECK(back.points[3].latency_high_ms == curve.points[3].latency_high_ms);
  CHECK(back.points[3].classes[6].correct == curve.points[3].classes[6].correct);
  CHECK(back.points[3].gates[4].groups == "1111000000000000");
  CHECK(back.class_names == curve.class_names);
  CHECK(back.recipe == curve.recipe);
  CHECK(back.epochs[0].validation_score == -1);
  CHECK(back.epochs[1].validation_score == curve.epochs[1].validation_score);
}

TEST_CASE("an empty curve, and one without latency, survive JSON") {
  CHECK(parse_curve_json(curve_json({})).points.empty());
  const std::string json = curve_json(sample_curve(1, false));
  CHECK(json.find("latency") == std::string::npos);
  CHECK(parse_curve_json(json).points[0].latency_ms == -1);
}

TEST_CASE("JSON holds null for NaN and infinity, which reads as NaN") {
  UtilizationCurve curve = sample_curve(1);
  curve.points[0].metrics[2].value = std::numeric_limits<double>::infinity();
  curve.epochs[0].training_loss = std::numeric_limits<double>::quiet_NaN();
  const UtilizationCurve back = parse_curve_json(curve_json(curve));
  CHECK(std::isnan(back.points[0].metrics[2].value));
  CHECK(std::isnan(back.epochs[0].training_loss));
}

TEST_CASE("JSON takes hostile and broken text") {
  UtilizationCurve curve = sample_curve(1);
  curve.class_names[0] = kHostile;
  const UtilizationCurve back = parse_curve_json(curve_json(curve));
  CHECK_THAT(back.class_names[0], ContainsSubstring("<script>alert(\"1\")"));
  CHECK_THAT(back.class_names[0], ContainsSubstring("\xEF\xBF\xBD"));
}

TEST_CASE("a malformed curve is a data error that names the place") {
  CHECK_THROWS_AS(parse_curve_json(""), DataError);
  CHECK_THROWS_AS(parse_curve_json("[]"), DataError);
  CHECK_THROWS_WITH(parse_curve_json("{\"name\": }", "a.json"), "a.json: not a curve in JSON: not JSON: line 1, column 10: unexpected '}'");
  CHECK_THROWS_WITH(parse_curve_json("{\"format_version\": 1}", "a.json"), ContainsSubstring("a.json: name is missing"));
  CHECK_THROWS_WITH(parse_curve_json("{\"format_version\": 2}"), ContainsSubstring("format_version"));
  CHECK_THROWS_WITH(parse_curve_json(with_point_key("top1", "high")), ContainsSubstring("points[0].top1 must be a number"));
  CHECK_THROWS_WITH(parse_curve_json(with_point_key("u", 0)), ContainsSubstring("points[0].u"));
  CHECK_THROWS_WITH(parse_curve_json(with_point_key("u", nullptr)), ContainsSubstring("points[0].u"));
  CHECK_THROWS_WITH(parse_curve_json(with_point_key("macs", 1.5)), ContainsSubstring("points[0].macs"));
  CHECK_THROWS_WITH(parse_curve_json(with_point_key("macs", -1)), ContainsSubstring("points[0].macs"));
  CHECK_THROWS_WITH(parse_curve_json(with_point_key("macs", 18446744073709551615ull)), ContainsSubstring("points[0].macs"));
  CHECK_THROWS_WITH(parse_curve_json(with_point_key("classes", {{{"accuracy", 1.0}, {"correct", 3}, {"count", 2}}})),
                    ContainsSubstring("classes[0].correct"));
  CHECK_THROWS_WITH(parse_curve_json(with_point_key("gates", {{{"gate", "g"}, {"groups", "102"}}})), ContainsSubstring("gates[0].groups"));
}

TEST_CASE("a curve is read from a file, and a missing file is a data error") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "curve.json", curve_json(sample_curve(3)));
  CHECK(read_curve_json(folder.path() / "curve.json").points.size() == 3);
  CHECK_THROWS_AS(read_curve_json(folder.path() / "absent.json"), DataError);
}
