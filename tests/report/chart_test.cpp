#include "report/chart.h"

#include "catch_compat.h"
#include "markup_check.h"
#include "report/chart_axis.h"

using namespace tnn;

namespace {

std::vector<std::string> tick_texts(double low, double high) {
  const ChartAxis axis = round_axis(low, high, 5);
  std::vector<std::string> texts;
  for (const double tick : axis.ticks) texts.push_back(axis.tick_text(tick));
  return texts;
}

size_t occurrences(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("axis ticks are round numbers around the data") {
  CHECK(tick_texts(0, 1) == std::vector<std::string>{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(tick_texts(86.3, 94.8) == std::vector<std::string>{"86", "88", "90", "92", "94", "96"});
  CHECK(tick_texts(0, 180) == std::vector<std::string>{"0", "50", "100", "150", "200"});
  CHECK(tick_texts(-0.3, 0.3).front() == "-0.4");
}

TEST_CASE("an axis without extent is widened") {
  for (const double value : {0.0, 91.0, -3.0, 1e9, 1e-6}) {
    const ChartAxis axis = round_axis(value, value, 5);
    CHECK(axis.low < axis.high);
    CHECK(axis.position(value) == Approx(0.5).margin(0.5));
    CHECK(axis.ticks.size() >= 2);
    CHECK(axis.ticks.size() < 20);
  }
}

TEST_CASE("a chart draws a line and a band for every unbroken stretch, a dot a point, and a legend from two series on") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Chart chart;
  chart.series = {{"a", {{0, 1, 0.5, 1.5}, {1, 2, 1.5, 2.5}, {2, nan}, {3, 4}, {4, 5}}}};
  const std::string one = chart_element(chart);
  CHECK(markup_fault(one) == "");
  CHECK(occurrences(one, "<polyline") == 2);
  CHECK(occurrences(one, "<polygon") == 1);
  CHECK(occurrences(one, " dot\"") == 4);
  CHECK(occurrences(one, ">a</text>") == 0);
  chart.series.push_back({"b", {{0, 1}}});
  CHECK(occurrences(chart_element(chart), ">a</text>") == 1);
}
