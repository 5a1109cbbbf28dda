#include "report/report_html.h"

#include <limits>

#include "catch_compat.h"
#include "markup_check.h"
#include "report/curve_columns.h"
#include "report/curve_svg.h"
#include "report/markup.h"
#include "report/quantity.h"
#include "sample_curve.h"

using namespace tnn;

namespace {

UtilizationCurve hostile_curve() {
  UtilizationCurve curve = sample_curve(3);
  for (std::string* text :
       {&curve.name, &curve.dataset, &curve.model, &curve.command, &curve.version, &curve.machine, &curve.date, &curve.recipe})
    *text = kHostile;
  for (auto& name : curve.class_names) name = kHostile;
  for (auto& point : curve.points)
    for (auto& activity : point.gates) activity.gate += kHostile;
  return curve;
}

UtilizationCurve curve_of_nan() {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  UtilizationCurve curve = sample_curve(3);
  for (auto& point : curve.points) {
    point.metrics[0] = {nan, nan, nan};
    point.metrics[1].value = nan;
    point.metrics[2].value = infinity;
    for (auto& one : point.classes) one.count = one.correct = 0;
  }
  for (auto& epoch : curve.epochs) epoch.training_loss = nan;
  return curve;
}

}  // namespace

TEST_CASE("the report and the picture are well-formed, whatever the curve") {
  UtilizationCurve bare = sample_curve(1, false);
  bare.epochs.clear();
  bare.class_names.clear();
  bare.points[0].classes.clear();
  bare.points[0].gates.clear();
  for (const auto& curve :
       {sample_curve(), sample_curve(1), sample_curve(100, false), bare, UtilizationCurve{}, hostile_curve(), curve_of_nan()}) {
    CHECK(markup_fault(report_html(curve)) == "");
    CHECK(markup_fault(curve_svg(curve)) == "");
  }
}

TEST_CASE("hostile names stay text in the report and the picture") {
  for (const auto& document : {report_html(hostile_curve()), curve_svg(hostile_curve())}) {
    CHECK(document.find("<script") == std::string::npos);
    CHECK(document.find("alert(\"1\")") == std::string::npos);
    CHECK(document.find('\xFF') == std::string::npos);
    CHECK_THAT(document, ContainsSubstring("&lt;script&gt;"));
  }
}

TEST_CASE("the report needs no network and no script") {
  const std::string html = report_html(sample_curve());
  for (const char* forbidden : {"src=", "href=", "url(", "@import", "<script", "<link"}) CHECK(html.find(forbidden) == std::string::npos);
}

TEST_CASE("the report says what the curve says") {
  const std::string html = report_html(sample_curve());
  for (const char* expected : {"94.32 %", "93.77–94.83", "10,000 images", "Top-1 accuracy against latency", "Ankle boot", "stage5",
                               "tnn sweep-utilization", "<details>", "rounding: floor_plus_one", "Training loss", "Validation accuracy"})
    CHECK_THAT(html, ContainsSubstring(expected));
  UtilizationCurve plain = sample_curve(4, false);
  plain.epochs.clear();
  const std::string shorter = report_html(plain);
  for (const char* absent : {"Top-1 accuracy against latency", "Latency, ms", "Training loss", "Faster"})
    CHECK(shorter.find(absent) == std::string::npos);
}

TEST_CASE("a point that is not a number breaks the line, and no NaN reaches a coordinate") {
  UtilizationCurve curve = sample_curve(5);
  curve.points[2].metrics[0].value = std::numeric_limits<double>::quiet_NaN();
  const std::string svg = curve_svg(curve);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(curve_svg(curve_of_nan()).find("nan") == std::string::npos);
  CHECK_THAT(curve_svg(UtilizationCurve{}), ContainsSubstring("no data"));
}

TEST_CASE("of many classes the report shows those that lose the most") {
  UtilizationCurve curve = sample_curve(2);
  curve.class_names.clear();
  for (auto& point : curve.points) point.classes.assign(100, {90, 100});
  curve.points[0].classes[77] = {10, 100};
  const std::string html = report_html(curve);
  CHECK_THAT(html, ContainsSubstring("The 40 of 100 classes"));
  CHECK(html.find("class 77") < html.find("class 0"));
  CHECK(html.find("<th title=\"class 99\"") == std::string::npos);
  CHECK_THAT(html, ContainsSubstring("by class against utilization"));
}

TEST_CASE("of a detector the report has the curve of every class, and images with boxes at several utilizations") {
  UtilizationCurve curve = sample_curve(3);
  curve.task = "detection";
  ExampleImage image{"street <1>.jpg", 200, 100, "\x89PNG..", {{10, 10, 60, 90, 0, 1}}, {}};
  for (const double u : {0.25, 0.5, 1.0}) image.found.push_back({u, {{12, 9, 61, 88, 1, 0.75}, {0, 0, 5, 5, 2, 0.1}}});
  curve.examples = {image, image};
  const std::string html = report_html(curve);
  CHECK(markup_fault(html) == "");
  const auto count = [&](const std::string& part) {
    size_t found = 0;
    for (size_t at = html.find(part); at != std::string::npos; at = html.find(part, at + 1)) ++found;
    return found;
  };
  CHECK(count("data:image/png;base64,iVBORy4u\"") == 2);  // each picture once
  CHECK(count("<use href=\"#example1\"/>") == 3);
  CHECK(count("stroke-dasharray") == 6);
  CHECK(count(class_name(curve, 1) + " 0.75</text>") == 6);
  CHECK(count("0.10</text>") == 0);  // hardly sure of
  CHECK(count("u = 0.25: 1 objects") == 2);
  CHECK_THAT(html, ContainsSubstring("street &lt;1&gt;.jpg"));
  for (size_t i = 0; i < class_count(curve); ++i) CHECK(count(">" + escape_markup(class_name(curve, i)) + "</text>") >= 1);
}

TEST_CASE("escaping leaves sound text alone and replaces what XML forbids") {
  CHECK(escape_markup("Größe 漢字 😀\n") == "Größe 漢字 😀\n");
  CHECK(escape_markup("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;");
  CHECK(escape_markup("\xED\xA0\x80|\xC0\x80|\xE6\xBC") ==
        "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD|\xEF\xBF\xBD\xEF\xBF\xBD|\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(shortened("漢字漢字", 3) == "漢字…");
  CHECK(shortened("abc", 3) == "abc");
}

TEST_CASE("quantities read well") {
  CHECK(quantity_text(180e6) == "180 M");
  CHECK(quantity_text(12.34e6) == "12.3 M");
  CHECK(quantity_text(1.5e9) == "1.50 G");
  CHECK(quantity_text(7) == "7");
  CHECK(quantity_text(0) == "0");
  CHECK(count_text(1234567) == "1,234,567");
  CHECK(count_text(-123456) == "-123,456");
  CHECK(count_text(999) == "999");
  CHECK(rounded_text(0.0625) == "0.0625");
  CHECK(rounded_text(12345.6) == "12346");
  CHECK(percent_text(std::numeric_limits<double>::quiet_NaN()) == "n/a");
}

TEST_CASE("the report shows the gate pattern as a heat map only where gates differ from a uniform utilization") {
  UtilizationCurve curve = sample_curve(4);
  CHECK(report_html(curve).find("Gate pattern") == std::string::npos);
  curve.points[0].gates[1].groups = "1111";  // at u = .25
  curve.points[0].gates[2].groups = "1001";
  const std::string html = report_html(curve);
  CHECK(markup_fault(html) == "");
  CHECK_THAT(html,
             ContainsSubstring("Gate pattern") && ContainsSubstring("title=\"4 of 4\">1.00") && ContainsSubstring("title=\"2 of 4\">0.50"));
}
