#include "control/rules_governor.h"

#include <fstream>

#include "catch_compat.h"
#include "control/make_governor.h"
#include "core/error.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

std::vector<GovernedPoint> quarters() { return {{0.25, 0.7}, {0.5, 0.8}, {0.75, 0.85}, {1, 0.9}}; }

RuleTable table_of(const std::string& yaml) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "rules.yaml";
  std::ofstream(file) << yaml;
  return read_rule_table(file);
}

std::string fault_of(const std::string& yaml) {
  try {
    table_of(yaml);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

const std::string kTable =
    "otherwise: 1\n"
    "rules:\n"
    "  - {when: temperature_c, above: 80, until: 75, u: 0.25}\n"
    "  - {when: battery, below: 0.2, until: 0.3, u: 0.6}\n";

}  // namespace

TEST_CASE("rules hold from their limit until their other end, and the lowest u of those that hold counts") {
  RulesGovernor governor(table_of(kTable), quarters(), 0);
  CHECK(governor.point() == 0);
  double now = 0;
  const auto after = [&](double temperature, double battery) {
    governor.observe({.time_s = now += 0.5, .temperature_c = temperature, .battery = battery});
    return governor.point();
  };
  CHECK(after(70, 0.9) == 3);
  CHECK(after(79.9, 0.9) == 3);
  CHECK(after(80, 0.9) == 0);
  CHECK(after(76, 0.9) == 0);  // hysteresis
  CHECK(after(75, 0.9) == 3);
  CHECK(after(76, 0.2) == 1);  // u = 0.6 is the point of 0.5
  CHECK(after(76, 0.29) == 1);
  CHECK(after(85, 0.29) == 0);
  CHECK(after(70, 0.31) == 3);
  CHECK(governor.state().notices == 0);
}

TEST_CASE("a rule whose reading is missing counts as holding, and that is said") {
  RulesGovernor governor(table_of(kTable), quarters(), 0);
  for (int i = 0; i < 300; ++i) governor.observe({.time_s = static_cast<double>(i), .temperature_c = 50 + 0.1 * (i % 7)});
  CHECK(governor.point() == 1);  // nothing is known of the battery
  CHECK((governor.state().notices & kNoticeMissing) != 0);
  for (int i = 0; i < 3; ++i) governor.observe({.time_s = 300.0 + i, .temperature_c = 50, .battery = 1.5});
  CHECK((governor.state().notices & kNoticeUnusable) != 0);
  CHECK(governor.state().ignored == 3);
  governor.observe({.time_s = 304, .temperature_c = 50, .battery = 0.9});
  CHECK(governor.point() == 3);
}

TEST_CASE("rules take no point below the accuracy floor") {
  RulesGovernor governor(table_of(kTable), quarters(), 2);
  CHECK(governor.point() == 2);
  governor.observe({.time_s = 1, .temperature_c = 90, .battery = 0.1});
  CHECK(governor.point() == 2);
}

TEST_CASE("a rule table is read strictly, and faults name file, line and key") {
  CHECK(table_of(kTable).rules.size() == 2);
  CHECK(table_of("rules: [{when: load, above: 0.5, until: 0.25, u: 0.5}]").otherwise == 1);
  CHECK_THAT(fault_of(kTable + "  - {when: heat, above: 1, until: 0, u: 1}\n"), ContainsSubstring("rules.yaml:5:12"));
  CHECK_THAT(fault_of(kTable + "  - {when: batery, above: 1, until: 0, u: 1}\n"), ContainsSubstring("did you mean 'battery'?"));
  CHECK_THAT(fault_of("rules:\n  - {when: battery, below: 0.2, until: 0.1, u: 1}\n"),
             ContainsSubstring("rules[0].until must be above 0.2"));
  CHECK_THAT(fault_of("rules:\n  - {when: battery, below: 0.2, until: 0.3, u: 0}\n"), ContainsSubstring("rules[0].u"));
  CHECK_THAT(fault_of("rules:\n  - {when: battery, below: 20, until: 30, u: 1}\n"), ContainsSubstring("[0, 1]"));
  CHECK_THAT(fault_of("rules:\n  - {when: battery, below: 0.2, u: 1}\n"), ContainsSubstring("rules[0] has no 'until'"));
  CHECK_THAT(fault_of("rules:\n  - {when: battery, below: 0.2, above: 0.3, until: 0.4, u: 1}\n"),
             ContainsSubstring("one of 'above' and 'below'"));
  CHECK_THAT(fault_of("rules:\n  - {when: battery, below: low, until: 0.4, u: 1}\n"), ContainsSubstring("rules.yaml:2:28"));
  CHECK_THAT(fault_of("rules:\n  - {when: battery, below: .nan, until: 0.4, u: 1}\n"), ContainsSubstring("finite"));
  CHECK_THAT(fault_of("rules: []\n"), ContainsSubstring("must be a list of 1 to"));
  CHECK_THAT(fault_of("otherwise: 2\nrules: 3\n"), ContainsSubstring("otherwise"));
  CHECK_THAT(fault_of("rules:\n  - {when: [\n"), ContainsSubstring("YAML syntax"));
  CHECK_THAT(fault_of("rule: []\n"), ContainsSubstring("did you mean 'rules'?"));
  CHECK_THAT(fault_of(""), ContainsSubstring("rules.yaml"));
  CHECK_THROWS_AS(read_rule_table("/nosuch/rules.yaml"), DataError);
}

TEST_CASE("what a governor is asked for is read strictly, and faults say what is allowed") {
  const GovernText asked = read_govern_text({"latency_ms=5", "quantile=0.95", "accuracy=0.9", "floor=none"});
  CHECK(asked.kind == GovernText::Kind::latency);
  CHECK(asked.value == 5);
  CHECK(asked.quantile == 0.95);
  CHECK(asked.accuracy == 0.9);
  CHECK_FALSE(asked.certified_floor);
  CHECK(read_govern_text({"deadline_ms=5"}).quantile == kDeadlineQuantile);
  CHECK(read_govern_text({"rules=a: b.yaml"}).file == "a: b.yaml");
  const auto fault = [](const std::vector<std::string>& pairs) -> std::string {
    try {
      read_govern_text(pairs);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  CHECK_THAT(fault({"latency_m=5"}), ContainsSubstring("did you mean 'latency_ms'?"));
  CHECK_THAT(fault({"latency_ms"}), ContainsSubstring("must be key=value"));
  CHECK_THAT(fault({""}), ContainsSubstring("must be key=value"));
  CHECK_THAT(fault({"latency_ms=fast"}), ContainsSubstring("latency_ms must be a number"));
  CHECK_THAT(fault({"latency_ms=0"}), ContainsSubstring("out of range"));
  CHECK_THAT(fault({"latency_ms=nan"}), ContainsSubstring("finite"));
  CHECK_THAT(fault({"latency_ms="}), ContainsSubstring("has no value"));
  CHECK_THAT(fault({"latency_ms=~"}), ContainsSubstring("has no value"));
  CHECK_THAT(fault({"latency_ms=5", "latency_ms=6"}), ContainsSubstring("given twice"));
  CHECK_THAT(fault({"latency_ms=5", "power_mw=6"}), ContainsSubstring("there is a target already"));
  CHECK_THAT(fault({"quantile=0.9"}), ContainsSubstring("no target is given"));
  CHECK_THAT(fault({"fixed=1", "quantile=0.9"}), ContainsSubstring("goes with latency_ms only"));
  CHECK_THAT(fault({"latency_ms=1", "floor=no"}), ContainsSubstring("allowed: certified, none"));
  CHECK_THAT(fault({"fixed=1.5"}), ContainsSubstring("(0, 1]"));
}

TEST_CASE("the accuracy floor is that of the certificate, and of the accuracy that is asked for") {
  const auto points = quarters();
  CHECK(accuracy_floor(points, {}, {}).lowest == 0);
  CHECK(accuracy_floor(points, {}, {}).source == "none");
  CHECK(accuracy_floor(points, {}, 0.82).lowest == 2);
  FloorCertificate certificate;
  certificate.setting.stages = {{0.5, 0}};
  CHECK(accuracy_floor(points, certificate, {}).lowest == 1);
  CHECK(accuracy_floor(points, certificate, 0.82).lowest == 2);
  CHECK(accuracy_floor(points, certificate, 0.1).lowest == 1);
  certificate.setting.stages = {{0.25, 0.9}, {1, 0}};
  CHECK(accuracy_floor(points, certificate, {}).lowest == 0);
  CHECK_THAT(accuracy_floor(points, certificate, {}).source, ContainsSubstring("cascade"));
  CHECK_THROWS_AS(accuracy_floor(points, {}, 0.95), UsageError);
  CHECK_THROWS_AS(accuracy_floor({{1, kNoReading}}, {}, 0.5), UsageError);
}
