#include <cmath>
#include <nlohmann/json.hpp>

#include "run_fixture.h"
#include "runtime/engine.h"

using namespace tnn;

namespace {

using Fixture = RunFixture;

/// What `tnn run --engine` takes.
std::vector<std::string> engines() {
  std::vector<std::string> names = engine_names();
#ifndef TNN_DEPLOY_ONLY
  names.emplace_back("torch");
#endif
  return names;
}

double difference(const NpyArray& a, const NpyArray& b) {
  REQUIRE(a.shape == b.shape);
  double apart = 0, largest = 1;
  for (size_t i = 0; i < a.values.size(); ++i) {
    largest = std::max(largest, static_cast<double>(std::abs(b.values[i])));
    apart = std::max(apart, static_cast<double>(std::abs(a.values[i] - b.values[i])));
  }
  return apart / largest;
}

double difference(const std::vector<NpyArray>& a, const std::vector<NpyArray>& b) {
  REQUIRE(a.size() == b.size());
  double apart = 0;
  for (size_t i = 0; i < a.size(); ++i) apart = std::max(apart, difference(a[i], b[i]));
  return apart;
}

/// A seed from `first` on whose random model has so many outputs.
uint64_t seed_with_outputs(size_t count, uint64_t first) {
  while (random_model(first).description.graph.outputs().size() != count) ++first;
  return first;
}

}  // namespace

TEST_CASE("tnn run gives the same outputs in every engine, at every utilization and batch") {
  for (const uint64_t seed : {seed_with_outputs(1, 3), seed_with_outputs(2, 12)}) {
    const Fixture fixture(seed, 5);
    for (const char* u : {"0.05", "0.5", "1"}) {
      const std::vector<NpyArray> expected = fixture.run(std::string("--engine reference --u ") + u);
      for (const NpyArray& output : expected) CHECK(output.shape.front() == 5);
      for (const std::string& engine : engines())
        for (const char* batch : {"2", "32"}) {
          INFO("seed " << seed << ", u " << u << ", engine " << engine << ", batch " << batch);
          CHECK(difference(fixture.run("--engine " + engine + " --u " + u + " --batch " + batch), expected) <= 1e-5);
        }
    }
  }
}

#ifndef TNN_DEPLOY_ONLY
TEST_CASE("sweep-utilization refuses an engine that is none and names all that it takes") {
  const Fixture fixture(0, 1);
  const Outcome outcome = tnn_run("sweep-utilization " + fixture.path + " --engine nosuch");
  CHECK(outcome.code == 2);
  for (const std::string& engine : engines()) CHECK_THAT(outcome.err, ContainsSubstring(engine));
}
#endif

TEST_CASE("tnn run refuses engines, utilizations and inputs that do not fit, and says what is allowed") {
  const Fixture fixture(3, 1);
  const std::string to = " --output " + (fixture.folder.path() / "out.npy").string();
  const Outcome engine = tnn_run("run " + fixture.path + " --input " + fixture.input + to + " --engine referense");
  CHECK(engine.code == 2);
  CHECK_THAT(engine.err, ContainsSubstring("did you mean 'reference'"));
  CHECK(tnn_run("run " + fixture.path + " --input " + fixture.input + to + " --u 0").code == 2);
  CHECK(tnn_run("run " + fixture.path + " --input " + fixture.input + to + " --engine onednn --precision bf16").code == 2);
#ifndef TNN_DEPLOY_ONLY
  CHECK(tnn_run("run " + fixture.path + " --input " + fixture.input + to + " --engine torch --precision bf16").code == 2);
#endif
  const Outcome over_input = tnn_run("run " + fixture.path + " --input " + fixture.input + " --output " + fixture.input);
  CHECK(over_input.code == 2);
  CHECK_THAT(over_input.err, ContainsSubstring("--output") && ContainsSubstring("--input") && ContainsSubstring("would be lost"));
  CHECK(tnn_run("run " + fixture.path + " --input " + fixture.input + to + " --u 0.5 --point 0").code == 2);
  CHECK(tnn_run("run " + fixture.path + " --input " + fixture.input + to + " --point 1000").code == 2);
  write_npy(fixture.input, {{2, 2}, {1, 2, 3, 4}, false});
  const Outcome shape = tnn_run("run " + fixture.path + " --input " + fixture.input + to);
  CHECK(shape.code == 3);
  CHECK_THAT(shape.err, ContainsSubstring("[2, 2]") && ContainsSubstring("allowed"));
  CHECK_FALSE(std::filesystem::exists(fixture.folder.path() / "out.npy"));
}

TEST_CASE("of several outputs none goes over the input or the model, and inspect lists them") {
  const Fixture fixture(seed_with_outputs(2, 0), 1);
  const Graph& graph = fixture.model.description.graph;
  const std::string second = graph.outputs()[1].name;
  for (const std::string& file : {fixture.path, fixture.input}) {
    const auto over = std::filesystem::path(file).parent_path() / ("taken-" + second + ".npy");
    std::filesystem::create_symlink(file, over);
    const Outcome outcome =
        tnn_run("run " + fixture.path + " --input " + fixture.input + " --output " + (over.parent_path() / "taken.npy").string());
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.err, ContainsSubstring("taken-" + second + ".npy") && ContainsSubstring("which would be lost"));
    std::filesystem::remove(over);
  }
  const Outcome outcome = tnn_run("inspect " + fixture.path + " --format json");
  const auto outputs = nlohmann::json::parse(outcome.out).at("outputs");
  REQUIRE(outputs.size() == 2);
  CHECK(outputs[1].at("output") == second);
  CHECK(outputs[1].at("layer") == graph.node(graph.outputs()[1].node).name);
}

TEST_CASE("run --tune keeps what it measured and computes the same") {
  const Fixture fixture(6, 3);
  const std::string file = (fixture.folder.path() / "tuning.json").string();
  const std::vector<NpyArray> plain = fixture.run("--u 0.5"), tuned = fixture.run("--u 0.5 --tune " + file),
                              again = fixture.run("--u 0.5 --tune " + file);
  CHECK(difference(tuned, plain) <= 1e-5);
  for (size_t i = 0; i < tuned.size(); ++i) CHECK(again[i].values == tuned[i].values);
  CHECK(std::filesystem::exists(file));
  const std::string command = "run " + fixture.path + " --input " + fixture.input + " --output " + file + ".npy --tune ";
  for (const std::string& engine : engines())
    if (engine != default_engine_name()) {
      const Outcome refused = tnn_run(command + file + " --engine " + engine);
      CHECK(refused.code == 2);
      CHECK_THAT(refused.err, ContainsSubstring("nothing to tune"));
    }
  CHECK(tnn_run(command + fixture.input).code == 2);  // it would be lost
  write_file_atomically(file + ".other", "no tuning file");
  CHECK(tnn_run(command + file + ".other").code == 3);
  CHECK_FALSE(std::filesystem::exists(file + ".npy"));
}

TEST_CASE("inspect --plan lists the steps of an operating point, and their MACs are those of the model") {
  for (const uint64_t seed : {3, 4, 5, 12}) {
    const Fixture fixture(seed, 1);
    const Outcome costs = tnn_run("inspect " + fixture.path + " --format json");
    REQUIRE(costs.code == 0);
    for (const auto& point : nlohmann::json::parse(costs.out).at("operating_points")) {
      const Outcome plan = tnn_run("inspect " + fixture.path + " --plan --format json --u " + point.at("u").dump());
      INFO(plan.err);
      REQUIRE(plan.code == 0);
      int64_t macs = 0;
      for (const auto& step : nlohmann::json::parse(plan.out)) macs += step.at("macs").get<int64_t>();
      CHECK(macs == point.at("macs").get<int64_t>());
    }
  }
  CHECK(tnn_run("inspect " TNN_SOURCE_DIR "/recipes/quickstart.yaml --plan --u 0.5").code == 0);
  CHECK(tnn_run("inspect " TNN_SOURCE_DIR "/recipes/quickstart.yaml --u 0.5").code == 2);
}
