#include "meters/benchmark.h"

#include <cmath>

#include "catch_compat.h"
#include "device_tree.h"
#include "meters/bench_json.h"
#include "meters/bench_rows.h"
#include "meters/network_workload.h"
#include "runtime/random_model.h"

using namespace tnn;

namespace {

/// Time that passes only where a workload or a pause lets it.
struct Script {
  double time = 0;
  std::vector<int> order;  ///< of the workloads that were selected, each once in a row
};

/// A network that takes the same time at each inference, and longer for the first after a switch.
class ScriptedWorkload : public Workload {
 public:
  ScriptedWorkload(Script& script, int index, double seconds) : script_(script), index_(index), seconds_(seconds) {}
  void select() override {
    if (script_.order.empty() || script_.order.back() != index_) script_.order.push_back(index_);
    script_.time += 2e-6;
    fresh_ = true;
  }
  bool select_other() override { return true; }
  void run() override {
    script_.time += seconds_ + (fresh_ ? 48e-6 : 0);
    fresh_ = false;
    ++runs;
  }
  void run_batch(int64_t inputs) override { script_.time += 0.5 * seconds_ * static_cast<double>(inputs); }
  void check() override { ++checks; }
  int64_t runs = 0, checks = 0;

 private:
  Script& script_;
  int index_;
  double seconds_;
  bool fresh_ = false;
};

/// A module of 5 W at rest and 25 W at work.
class ScriptedEnergy : public EnergyWindows {
 public:
  explicit ScriptedEnergy(Script& script) : script_(script) {}
  void begin_window() override { begin_ = script_.time, idle_before_ = idle; }
  WindowEnergy end_window() override {
    WindowEnergy window;
    window.seconds = script_.time - begin_;
    window.power_mw = idle > idle_before_ ? 5000 : 25000;
    window.energy_mj = *window.power_mw * window.seconds;
    window.rails.push_back({"VDD_IN", window.energy_mj, window.power_mw, ""});
    return window;
  }
  double shortest_window() const override { return shortest; }
  double idle = 0, shortest = 0.1;

 private:
  Script& script_;
  double begin_ = 0, idle_before_ = 0;
};

struct Bench {
  Script script;
  ScriptedWorkload slow{script, 0, 4e-3}, fast{script, 1, 1e-3}, fastest{script, 2, 0.5e-3};
  ScriptedEnergy energy{script};
  DeviceTree tree;
  BenchPlan plan;
  Progress progress;

  std::vector<PointMeasurement> repetition(int index, bool metered = true) {
    plan.root = tree.root();
    const BenchClock clock{[this] { return script.time; }, [this](double seconds) { script.time += seconds, energy.idle += seconds; }};
    return run_repetition(plan, index, {&slow, &fast, &fastest}, metered ? &energy : nullptr, progress, clock);
  }
};

const std::vector<WorkloadLabel> kLabels{{"net", false, 1, 2, 1, 400}, {"net", false, 0.5, 1, 0.5, 100}, {"net", false, 0.25, 0, 0.25, 50}};

}  // namespace

TEST_CASE("a repetition measures latency, energy, switches and batches of every point") {
  Bench bench;
  bench.plan.batches = {1, 8};
  const auto measurements = bench.repetition(0);
  REQUIRE(measurements.size() == 3);
  for (const PointMeasurement& m : measurements) {
    const double milliseconds[] = {4, 1, 0.5};
    const double expected = milliseconds[m.workload];
    CHECK(m.p50_ms == Approx(expected));
    CHECK(m.max_ms == Approx(expected));
    CHECK(m.inferences == Approx(1000 / expected).margin(2));
    CHECK(m.plateau);
    CHECK(*m.switch_us == Approx(50).epsilon(0.01));
    CHECK(*m.switch_call_us == Approx(2).epsilon(0.01));
    CHECK(m.inputs_per_second[1].second == Approx(2000 / expected).epsilon(0.01));
    CHECK(*m.energy->energy_mj / static_cast<double>(m.inferences) == Approx(25 * expected));
    CHECK(*m.idle_mw == Approx(5000));
  }
  CHECK(bench.slow.checks == 2);
}

TEST_CASE("the order of the points is another in each repetition, and the seed's") {
  Bench bench, again;
  std::vector<std::vector<int>> orders;
  for (int repetition = 0; repetition < 8; ++repetition) {
    for (Bench* one : {&bench, &again}) one->script.order.clear(), one->repetition(repetition, false);
    CHECK(bench.script.order == again.script.order);
    orders.push_back(bench.script.order);
  }
  std::sort(orders.begin(), orders.end());
  CHECK(std::unique(orders.begin(), orders.end()) - orders.begin() > 1);
}

TEST_CASE("no window is shorter than what the meter resolves") {
  Bench bench;
  bench.energy.shortest = 10;
  CHECK(window_seconds(6, 3, nullptr) == 2);
  CHECK(window_seconds(6, 3, &bench.energy) == 10);
}

TEST_CASE("rows give energies with idle subtracted and say which neighbours are alike") {
  Bench bench;
  std::vector<PointMeasurement> all;
  for (int repetition = 0; repetition < 3; ++repetition)
    for (PointMeasurement& m : bench.repetition(repetition)) all.push_back(std::move(m));
  auto rows = bench_rows(kLabels, all);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].figure("energy_mj").estimate->value == Approx(100));
  CHECK(rows[0].figure("energy_mj_idle_subtracted").estimate->value == Approx(80));
  CHECK(*rows[0].rails_mw.at(0).second == Approx(25000));
  CHECK(bench_statements(rows).empty());
  // A third point that takes as long as the second, give or take.
  for (PointMeasurement& m : all)
    if (m.workload == 2) m.p50_ms = 1 + 0.01 * (m.repetition - 1);
  rows = bench_rows(kLabels, all);
  const auto statements = bench_statements(rows);
  REQUIRE(statements.size() == 1);
  CHECK_THAT(statements[0], ContainsSubstring("do not differ beyond noise in median latency: u = 0.5 and 0.25"));
  all.resize(3);
  CHECK_THAT(bench_statements(bench_rows(kLabels, all)).at(0), ContainsSubstring("from one repetition it cannot be told"));
}

TEST_CASE("what one repetition lacks no row claims, and it is said") {
  Bench bench;
  std::vector<PointMeasurement> all = bench.repetition(0);
  for (PointMeasurement& m : bench.repetition(1)) all.push_back(std::move(m));
  all[4].energy->energy_mj.reset(), all[4].energy->power_mw.reset();
  all[4].energy->faults = {"the rail is gone"};
  all[3].before.throttling["cpu0"] = 1, all[3].after.throttling["cpu0"] = 3;
  all[5].idle_mw = 30000;
  all[2].idle_change = 0.5;
  const auto rows = bench_rows(kLabels, all);
  const BenchRow& row = rows[static_cast<size_t>(all[4].workload)];
  CHECK_FALSE(row.figure("energy_mj").estimate);
  CHECK(bench_row_json(row).at("energy_mj").is_null());
  CHECK(rows[static_cast<size_t>(all[5].workload)].figure("energy_mj_idle_subtracted").repetitions.at(1) < 0);
  std::string said;
  for (const std::string& statement : bench_statements(rows)) said += statement + "\n";
  CHECK_THAT(said, ContainsSubstring("the rail is gone") && ContainsSubstring("throttled") &&
                       ContainsSubstring("not above that of idling") && ContainsSubstring("up to 50 %"));
}

TEST_CASE("rows have the keys that readers of the profile want, and no energy without a meter") {
  Bench bench;
  const auto metered = bench_rows(kLabels, bench.repetition(0)), plain = bench_rows(kLabels, bench.repetition(0, false));
  const auto json = bench_row_json(metered[0]), without = bench_row_json(plain[0]);
  for (const char* key : {"u", "p50_ms", "p90_ms", "p99_ms", "max_ms", "switch_us", "power_mw", "energy_mj", "energy_mj_idle_subtracted"}) {
    INFO(key);
    CHECK(json.at(key).is_number());
  }
  CHECK(json.at("rails").at("VDD_IN") == Approx(25000));
  CHECK_FALSE(without.contains("energy_mj"));
  CHECK_FALSE(without.contains("rails"));
  const Table csv = bench_table(metered, true);
  CHECK(csv.columns.back() == "rail_VDD_IN_mw");
  CHECK(format_table(bench_table(metered, false), TableFormat::md).find("energy_mj_idle_subtracted") != std::string::npos);
}

TEST_CASE("a measurement is the same after it was kept as JSON") {
  Bench bench;
  bench.plan.early_stopping = true;
  bench.tree.write("sys/class/thermal/thermal_zone0/type", "CPU-therm\n");
  bench.tree.write("sys/class/thermal/thermal_zone0/temp", "41500\n");
  const PointMeasurement measurement = bench.repetition(0).front();
  CHECK(measurement.before.temperatures_c.at("CPU-therm") == Approx(41.5));
  const auto json = measurement_json(measurement);
  CHECK(measurement_json(measurement_from_json(nlohmann::ordered_json::parse(json.dump()))) == json);
}

TEST_CASE("a fast engine with wrong outputs fails and is not timed") {
  CHECK(relative_difference({1, -2}, {1, -2.002f}) == Approx(1e-3).epsilon(1e-3));
  CHECK(std::isinf(relative_difference({1, NAN}, {1, 2})));
  CHECK(relative_difference({1, NAN}, {1, NAN}) == 0);
  const TemporaryFolder folder;
  random_model(3).save(folder.path() / "model.safetensors");
  NetworkUnderTest network("model", folder.path() / "model.safetensors", {}, 4);
  network.set_inputs(noise_inputs(network.network().input_shape(), 2, 5));
  NetworkWorkload workload(network, 0, 0.1);
  workload.select();
  CHECK_NOTHROW(workload.check());
  network.run_batch(4);
  // The expected outputs are those of other inputs: as an engine that answers something else.
  network.set_inputs(noise_inputs(network.network().input_shape(), 2, 6));
  CHECK_THROWS_WITH(workload.check(), ContainsSubstring("differ from those of the engine 'reference'"));
  CHECK_THROWS_AS(network.set_inputs({{1, 2}, 1}), DataError);
}
