#include <nlohmann/json.hpp>

#include "meters/device_tree.h"
#include "run_fixture.h"

namespace {

using Json = nlohmann::json;

/// `tnn bench-xavier` of a random model with short windows.
struct BenchFixture : RunFixture {
  DeviceTree tree;
  BenchFixture() : RunFixture(3, 2) {}

  Outcome bench(const std::string& arguments) const { return tnn_run("bench-xavier " + path + " --warm-up 0.05 --idle 0 " + arguments); }
  std::string with_meter() const {
    tree.board("NVIDIA Jetson Xavier NX Developer Kit");
    tree.iio_rail("7-0040", 0, "VDD_IN", 6000);
    tree.iio_rail("7-0040", 1, "VDD_SOC", 1000);
    return "--sysfs-root " + tree.root().string();
  }
};

}  // namespace

TEST_CASE("bench-xavier prints a row of latencies for each utilization") {
  const BenchFixture fixture;
  const Outcome outcome = fixture.bench("--meter none --u 0.25,1 --duration 0.1 --repetitions 2 --format json");
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const Json rows = Json::parse(outcome.out);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].at("u") == 0.25);
  CHECK(rows[1].at("u") == 1);
  for (const Json& row : rows) {
    CHECK(row.at("p50_ms").get<double>() > 0);
    CHECK(row.at("p50_ms") <= row.at("p90_ms"));
    CHECK(row.at("p99_ms") <= row.at("max_ms"));
    CHECK(row.contains("switch_us"));
    CHECK_FALSE(row.contains("energy_mj"));
  }
}

TEST_CASE("bench-xavier measures power and energy by rail") {
  const BenchFixture fixture;
  const Outcome outcome = fixture.bench("--u 1 --duration 0.1 --repetitions 1 --batch 1,2 --format json " + fixture.with_meter());
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const Json row = Json::parse(outcome.out).at(0);
  CHECK(row.at("power_mw").get<double>() == Approx(6000));
  CHECK(row.at("rails").at("VDD_SOC").get<double>() == Approx(1000));
  CHECK(row.at("energy_mj").get<double>() > 0);
  CHECK(row.at("energy_mj_idle_subtracted").get<double>() == Approx(0).margin(1e-6));  // of a constant power
  CHECK(row.at("inputs_per_s_by_batch").at("2").get<double>() > 0);
  CHECK_THAT(outcome.err, ContainsSubstring("not above that of idling"));
}

TEST_CASE("bench-xavier keeps bench.json, and --resume goes on with it") {
  const BenchFixture fixture;
  const std::filesystem::path out = fixture.folder.path() / "out";
  const std::string arguments = "--meter none --u 0.25,1 --duration 0.1 --repetitions 2 --input " + fixture.input + " --compare " +
                                fixture.path + " --out " + out.string();
  const Outcome first = fixture.bench(arguments + " --format csv");
  INFO(first.err);
  REQUIRE(first.code == 0);
  Json kept = Json::parse(tnn::read_file(out / "bench.json"));
  CHECK(kept.at("rows").size() == 2);
  CHECK(kept.at("compared").size() == 1);
  CHECK(kept.at("complete") == true);
  CHECK(kept.at("environment").contains("processor"));
  CHECK(kept.at("rows")[0].contains("p99_ms"));
  CHECK(std::filesystem::exists(out / "bench.svg"));
  // As it is after a kill in the second repetition: what the first measured stays.
  Json& measurements = kept.at("measurements");
  measurements.erase(measurements.begin() + 4, measurements.end());
  tnn::write_file_atomically(out / "bench.json", kept.dump());
  REQUIRE(fixture.bench(arguments + " --resume --format csv").code == 0);
  const Json resumed = Json::parse(tnn::read_file(out / "bench.json"));
  REQUIRE(resumed.at("measurements").size() == 6);
  for (size_t i = 0; i < 3; ++i) CHECK(resumed.at("measurements")[i] == measurements[i]);
  const Outcome other = fixture.bench(arguments + " --resume --batch 4");
  CHECK(other.code == 2);
  CHECK_THAT(other.err, ContainsSubstring("its batches is [1], not [4]"));
  tnn::write_file_atomically(out / "bench.json", "{}");
  CHECK(fixture.bench(arguments + " --resume").code == 3);
}

TEST_CASE("bench-xavier refuses what cannot be measured and says what is allowed") {
  const BenchFixture fixture;
  const std::pair<const char*, const char*> faults[] = {{"--duration 0", "--duration is 0 (allowed: seconds, more than 0)"},
                                                        {"--duration nan", "--duration"},
                                                        {"--u 0", "(0, 1]"},
                                                        {"--u 1.5", "(0, 1]"},
                                                        {"--u fast", "'fast' is not a number"},
                                                        {"--meter watts", "unknown meter 'watts'"},
                                                        {"--engine torhc", "unknown engine"},
                                                        {"--sysfs-root /nowhere/at/all", "--sysfs-root"},
                                                        {"--resume", "--out"},
                                                        {"--repetitions 0", "--repetitions"}};
  for (const auto& [arguments, fault] : faults) {
    const Outcome outcome = fixture.bench(arguments);
    INFO(arguments << ": " << outcome.err);
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.err, ContainsSubstring(fault));
    CHECK(outcome.out.empty());
  }
  CHECK(fixture.bench("--meter ina3221 --sysfs-root " + fixture.tree.root().string()).code == 1);
  CHECK(fixture.bench("--meter csv=" + fixture.path).code == 3);
  CHECK(fixture.bench("--out " + fixture.path + " --duration 0.05").code == 1);
  CHECK(tnn_run("bench " + fixture.path + " --meter none --u 1 --duration 0.05 --repetitions 1 --warm-up 0 -q").code == 0);
}
