#include <cmath>
#include <fstream>

#include "catch_compat.h"
#include "control/floor_certificate.h"
#include "models/registry.h"
#include "runtime/saved_model.h"
#include "runtime/tnn_runtime.h"

using namespace tnn;

namespace {

/// A network of four operating points and what each takes.
struct Loaded {
  Loaded() {
    tnn_options options{};
    options.struct_size = sizeof options, options.engine = "reference";
    REQUIRE(tnn_network_load(saved.path.string().c_str(), &options, &network) == TNN_OK);
    REQUIRE(tnn_point_count(network) == 4);
  }
  ~Loaded() { tnn_network_free(network); }

  static RandomModel four_points() {
    ModelOptions options;
    options.input = {1, 8, 8}, options.classes = 5, options.cardinality = 4, options.stages = {"8", "M", "16"}, options.hidden = {};
    return RandomModel(describe_model(build_model("vgg_w", options), {"nested", Rounding::ceil, 1}, BatchNormMode::shared), 3);
  }

  tnn_governor_options options(const char* kind, double target) const {
    tnn_governor_options asked{};
    asked.struct_size = sizeof asked, asked.kind = kind, asked.target = target, asked.p50_ms = p50, asked.p90_ms = p90;
    return asked;
  }

  SavedModel saved{four_points()};
  tnn_network* network = nullptr;
  double p50[4] = {1, 2, 3, 4}, p90[4] = {1.1, 2.2, 3.3, 4.4};
};

}  // namespace

TEST_CASE("the C interface governs a network by the latencies that it is told") {
  const Loaded loaded;
  const tnn_governor_options asked = loaded.options("latency_ms", 5);
  tnn_governor* governor = nullptr;
  REQUIRE(tnn_governor_create(loaded.network, &asked, &governor) == TNN_OK);
  CHECK(tnn_governor_point(governor) == 0);
  double now = 0;
  const auto feed = [&](double slowdown, int count) {
    for (int i = 0; i < count; ++i) {
      tnn_reading reading;
      tnn_reading_clear(&reading);
      reading.point = tnn_governor_point(governor);
      reading.time_s = now += 0.01;
      reading.latency_ms = slowdown * loaded.p50[reading.point] * (1 + 0.001 * (i % 7));
      REQUIRE(tnn_governor_observe(governor, &reading) == TNN_OK);
    }
    return tnn_governor_point(governor);
  };
  CHECK(feed(1, 30) == 3);
  CHECK(feed(2, 10) == 1);  // 2 * 2.2 ms
  tnn_governor_state state{};
  state.struct_size = sizeof state;
  REQUIRE(tnn_governor_state_get(governor, &state) == TNN_OK);
  CHECK(state.point == 1);
  CHECK(state.slowdown == Approx(2).margin(0.05));
  CHECK(state.notices == 0);
  CHECK(feed(10, 10) == 0);
  REQUIRE(tnn_governor_state_get(governor, &state) == TNN_OK);
  CHECK(state.notices == TNN_NOTICE_CANNOT_MEET);
  tnn_reading empty;
  tnn_reading_clear(&empty);
  empty.time_s = now;
  REQUIRE(tnn_governor_observe(governor, &empty) == TNN_OK);
  REQUIRE(tnn_governor_state_get(governor, &state) == TNN_OK);
  CHECK(state.notices == (TNN_NOTICE_CANNOT_MEET | TNN_NOTICE_UNUSABLE));
  tnn_governor_free(governor);
}

TEST_CASE("the C interface makes governors of rules, fixed u, profiles of files and certified floors") {
  const Loaded loaded;
  tnn_governor* governor = nullptr;
  tnn_governor_options asked = loaded.options("fixed", 0.6);
  REQUIRE(tnn_governor_create(loaded.network, &asked, &governor) == TNN_OK);
  CHECK(tnn_governor_point(governor) == 2);
  tnn_governor_free(governor);

  const tnn_rule rule{"temperature_c", 1, 80, 75, 0.5};
  asked = loaded.options("rules", 0);
  asked.rules = &rule, asked.rule_count = 1;
  REQUIRE(tnn_governor_create(loaded.network, &asked, &governor) == TNN_OK);
  tnn_reading reading;
  tnn_reading_clear(&reading);
  reading.temperature_c = 60;
  REQUIRE(tnn_governor_observe(governor, &reading) == TNN_OK);
  CHECK(tnn_governor_point(governor) == 3);
  reading.temperature_c = 81, reading.time_s = 1;
  REQUIRE(tnn_governor_observe(governor, &reading) == TNN_OK);
  CHECK(tnn_governor_point(governor) == 1);
  tnn_governor_free(governor);

  const std::string file = (loaded.saved.folder.path() / "bench.json").string();
  std::ofstream(file) << R"({"machine": "x", "rows": [{"u": 1, "p50_ms": 4, "p90_ms": 4.4}, {"u": 0.25, "p50_ms": 1, "p90_ms": 1.1},)"
                      << R"({"u": 0.5, "p50_ms": 2, "p90_ms": 2.2, "p99_ms": 9}, {"u": 0.75, "p50_ms": 3, "p90_ms": 3.3}]})";
  FloorCertificate certificate;
  certificate.setting.stages = {{0.5, 0}};
  certificate.network = model_identity(SafetensorsFile(loaded.saved.path));
  write_floor(loaded.saved.path, certificate);
  asked = loaded.options("deadline_ms", 3);
  asked.p50_ms = asked.p90_ms = nullptr, asked.profile_file = file.c_str();
  REQUIRE(tnn_governor_create(loaded.network, &asked, &governor) == TNN_OK);
  CHECK(tnn_governor_point(governor) == 1);  // certified
  tnn_governor_free(governor);
  asked.no_floor = 1;
  REQUIRE(tnn_governor_create(loaded.network, &asked, &governor) == TNN_OK);
  CHECK(tnn_governor_point(governor) == 0);
  tnn_governor_free(governor);
}

TEST_CASE("the C interface refuses governors that cannot be made, and says why") {
  const Loaded loaded;
  tnn_governor* governor = nullptr;
  const auto refused = [&](tnn_governor_options asked, tnn_status status, const char* why) {
    CHECK(tnn_governor_create(loaded.network, &asked, &governor) == status);
    CHECK(governor == nullptr);
    CHECK_THAT(tnn_last_error(), ContainsSubstring(why));
  };
  refused(loaded.options(nullptr, 5), TNN_USAGE, "kind is NULL");
  refused(loaded.options("latency_m", 5), TNN_USAGE, "did you mean 'latency_ms'?");
  refused(loaded.options("latency_ms", NAN), TNN_USAGE, "target");
  refused(loaded.options("fixed", 2), TNN_USAGE, "2");
  refused(loaded.options("rules", 0), TNN_USAGE, "rule_count");
  tnn_governor_options asked = loaded.options("latency_ms", 5);
  asked.p90_ms = nullptr;
  refused(asked, TNN_USAGE, "p90_ms is NULL");
  asked.p50_ms = nullptr;
  refused(asked, TNN_USAGE, "profile");
  asked = loaded.options("latency_ms", 5), asked.quantile = 3;
  refused(asked, TNN_USAGE, "quantile 3");
  asked = loaded.options("latency_ms", 5), asked.accuracy = 0.5;
  refused(asked, TNN_USAGE, "does not know the validation accuracy");
  asked = loaded.options("latency_ms", 5), asked.profile_file = "/nosuch.json";
  refused(asked, TNN_DATA, "/nosuch.json");
  const std::string file = (loaded.saved.folder.path() / "bench.json").string();
  asked.profile_file = file.c_str();
  const auto profile_refused = [&](const std::string& text, const char* why) {
    std::ofstream(file) << text;
    refused(asked, TNN_DATA, why);
  };
  profile_refused("{", "not JSON");
  profile_refused("{}", "no list 'rows'");
  profile_refused(R"({"rows": [{"u": 0.3, "p50_ms": 1, "p90_ms": 2}]})", "another model");
  profile_refused(R"({"rows": [{"u": 0.25, "p50_ms": 1, "p90_ms": 2}]})", "no row for u = 0.5");
  profile_refused(R"({"rows": [{"u": 0.25, "p50_ms": "1", "p90_ms": 2}]})", "rows[0].p50_ms is not a number");
  profile_refused(R"({"rows": [{"u": 0.25, "p50_ms": 1}]})", "rows[0] has no 'p90_ms'");
  profile_refused(R"({"rows": [{"u": 0.25, "p50_ms": 1, "p90_ms": 2}, {"u": 0.25, "p50_ms": 1, "p90_ms": 2}]})", "there twice");
  CHECK(tnn_governor_point(nullptr) == -1);
  CHECK(tnn_governor_observe(nullptr, nullptr) == TNN_USAGE);
  tnn_governor_free(nullptr);
}
