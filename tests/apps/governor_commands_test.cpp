#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "models/registry.h"
#include "run_program.h"
#include "runtime/random_model.h"

using namespace tnn;
using Json = nlohmann::json;

namespace {

/// A small network of four operating points in a file.
struct FourPoints {
  FourPoints() {
    ModelOptions options;
    options.input = {1, 8, 8}, options.classes = 5, options.cardinality = 4, options.stages = {"8", "M", "16"}, options.hidden = {};
    RandomModel(describe_model(build_model("vgg_w", options), {"nested", Rounding::ceil, 1}, BatchNormMode::shared), 3).save(model);
  }
  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = (folder.path() / name).string();
    std::ofstream(path) << text;
    return path;
  }
  Outcome run(const std::string& arguments) const { return tnn_run("run " + model + " " + arguments); }

  TemporaryFolder folder;
  std::string model = (folder.path() / "model.safetensors").string(), trace = (folder.path() / "trace.csv").string();
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

const char* const kProfile = R"({"rows": [{"u": 0.25, "p50_ms": 1, "p90_ms": 1.1}, {"u": 0.5, "p50_ms": 2, "p90_ms": 2.2},)"
                             R"( {"u": 0.75, "p50_ms": 3, "p90_ms": 3.3}, {"u": 1, "p50_ms": 4, "p90_ms": 4.4}]})";

}  // namespace

TEST_CASE("tnn run --govern runs a stream under load, writes trace and picture, and compares with every fixed u and the oracle") {
  const FourPoints four;
  const Outcome outcome = four.run("--govern latency_ms=1e6 --synthetic-load step --stream 0.3 --trace " + four.trace + " --format json");
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const Json table = Json::parse(outcome.out);
  REQUIRE(table.size() == 6);
  CHECK(table[0]["policy"] == "governor");
  CHECK(table[4]["policy"] == "fixed u=1");
  CHECK(table[5]["policy"] == "oracle");
  CHECK(table[5]["mean_u"] == 1.0);
  CHECK(table[0]["miss_rate"] == 0.0);
  CHECK(table[0]["accuracy"].is_null());  // the file does not know it
  CHECK_THAT(outcome.err, ContainsSubstring("normal noise (seed 0)"));
  CHECK_THAT(outcome.err, ContainsSubstring("profile: 4 operating points in turn"));
  const auto lines = lines_of(read_file(four.trace));
  REQUIRE(lines.size() > 1);
  CHECK(lines[0] == "time_s,load,u,latency_ms,deadline_met,temperature_c,power_mw,battery");
  CHECK(lines[1].rfind("0.000000,0,0.25,", 0) == 0);  // a fresh process starts at the smallest point
  CHECK_THAT(read_file(four.folder.path() / "trace.svg"), ContainsSubstring("Utilization"));
}

TEST_CASE("tnn run --govern keeps to a fixed u, and takes profiles, load traces and inputs from files") {
  const FourPoints four;
  const std::string load = four.write("load.csv", "time_s,busy_threads\n0,0\n0.05,0.5\n0.1,0\n");
  const Outcome outcome = four.run("--govern fixed=0.5 --stream 0.2 --format csv --quiet --load-trace " + load + " --profile " +
                                   four.write("bench.json", kProfile) + " --trace " + four.trace);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.err.empty());
  const auto lines = lines_of(outcome.out);
  REQUIRE(lines.size() == 6);  // no oracle without a target
  CHECK(lines[1].rfind("governor,0.5,,,", 0) == 0);
  for (const std::string& line : lines_of(read_file(four.trace)))
    if (line[0] == '0') CHECK_THAT(line, ContainsSubstring(",0.5,"));
}

TEST_CASE("tnn run --govern says that a target cannot be met, and stays at the smallest point") {
  const FourPoints four;
  const Outcome outcome = four.run("--govern latency_ms=1e-6 --stream 0.1 --format json --profile " + four.write("bench.json", kProfile));
  REQUIRE(outcome.code == 0);
  CHECK_THAT(outcome.err, ContainsSubstring("the target is not met at the smallest allowed point"));
  const Json table = Json::parse(outcome.out);
  CHECK(table[0]["mean_u"] == 0.25);
  CHECK(table[0]["miss_rate"] == 1.0);
}

TEST_CASE("tnn run --govern goes by rules and by temperature, which a load trace may tell") {
  const FourPoints four;
  const std::string rules = four.write("rules.yaml", "rules:\n  - {when: temperature_c, above: 80, until: 70, u: 0.5}\n");
  const auto last_u = [&](const std::string& govern, const char* degrees) {
    const std::string load = four.write("load.csv", std::string("time_s,load,temperature_c\n0,0,") + degrees + "\n");
    const Outcome outcome = four.run("--govern " + govern + " --stream 0.2 --quiet --load-trace " + load + " --trace " + four.trace);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    const std::string line = lines_of(read_file(four.trace)).back();
    return line.substr(line.find(',') + 1, line.find(',', line.find(',', line.find(',') + 1) + 1) - line.find(',') - 1);
  };
  CHECK(last_u("rules=" + rules, "60") == "0,1");  // load and u
  CHECK(last_u("rules=" + rules, "90") == "0,0.5");
  CHECK(last_u("temperature_c=50", "60") == "0,0.25");
}

TEST_CASE("what tnn run --govern cannot do is refused before anything runs, with what is allowed") {
  const FourPoints four;
  const auto refused = [&](const std::string& arguments, int code, const char* why) {
    const Outcome outcome = four.run(arguments);
    INFO(arguments);
    CHECK(outcome.code == code);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, ContainsSubstring(why));
  };
  refused("", 2, "--input is required");
  refused("--stream 3", 2, "--stream requires --govern");
  refused("--govern latncy_ms=5", 2, "did you mean 'latency_ms'?");
  refused("--govern latency_ms=fast", 2, "must be a number");
  refused("--govern ''", 2, "empty");
  refused("--govern latency_ms=5 --u 0.5", 2, "--u");
  refused("--govern latency_ms=5 --synthetic-load stairs", 2, "--synthetic-load");
  refused("--govern latency_ms=5 --stream 0", 2, "--stream");
  refused("--govern rules=/nosuch.yaml", 3, "/nosuch.yaml");
  refused("--govern latency_ms=5,accuracy=0.9", 2, "does not know the validation accuracy");
  refused("--govern latency_ms=5 --input /nosuch.npy", 3, "/nosuch.npy");
  refused("--govern latency_ms=5 --profile /nosuch.json", 2, "/nosuch.json");
  refused("--govern latency_ms=5 --profile " + four.write("other.json", R"({"rows": [{"u": 0.3, "p50_ms": 1, "p90_ms": 1}]})"), 3,
          "a profile of another model: u = 0.3 is no operating point of this one");
  refused("--govern latency_ms=5 --profile " + four.write("broken.json", "{"), 3, "not JSON: line 1, column 2");
  refused("--govern latency_ms=5 --load-trace " + four.write("a.csv", "time_s,heat\n"), 3, "a.csv:1: unknown column 'heat'");
  refused("--govern latency_ms=5 --load-trace " + four.write("b.csv", "time_s,load\n0,1\n0,2\n"), 3, "b.csv:3: time_s does not rise");
  refused("--govern latency_ms=5 --load-trace " + four.write("c.csv", "time_s,load\n0,much\n"), 3, "c.csv:2: load is 'much'");
  refused("--govern latency_ms=5 --load-trace " + four.write("d.csv", "time_s,load\n"), 3, "has no rows");
  refused("--govern latency_ms=5 --trace " + four.model, 2, "which would be lost");
  refused("--govern latency_ms=5 --trace " + (four.folder.path() / "trace.svg").string(), 2, "that of its picture");
  const std::string rules = four.write("rules.yaml", "rules:\n  - {when: temperature_c, above: 80, until: 85, u: 0.5}\n");
  refused("--govern rules=" + rules, 2, "rules[0].until must be below 80");
}
