#include <nlohmann/json.hpp>

#include "formats/model_description.h"
#include "small_training.h"

using namespace tnn;
using Json = nlohmann::json;

TEST_CASE("widths are searched for budgets, never below uniform ones on held-out samples, and run at their u") {
  if (!has_fashion_mnist()) TNN_SKIP("Fashion-MNIST is not installed (package dataset-fashion-mnist)");
  const TemporaryFolder folder;
  const auto run = folder.path() / "run", model = folder.path() / "searched.safetensors";
  REQUIRE(tnn_run(small_training(run)).code == 0);
  const std::string search = "search " + run.string() + " --images 100 --statistics-images 64 --recalibration-images 200 --threads 1";
  const Outcome outcome = tnn_run(search + " --budget u=0.5,0.25 --test --format json -q --out " + model.string());
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const Json rows = Json::parse(outcome.out);
  REQUIRE(rows.size() == 2);
  for (const Json& row : rows) {
    CHECK(row.at("top1") >= row.at("uniform_top1"));
    CHECK(row.at("macs") <= row.at("uniform_macs"));
    CHECK(row.at("difference_low") <= row.at("test_difference"));
  }
  CHECK(rows[0].at("macs") < rows[1].at("macs"));

  const SafetensorsFile file(model);
  const ModelDescription description = description_from_metadata(file.metadata(), model.string());
  CHECK(description.gating.strategy == "searched");
  REQUIRE(description.points.size() == 3);
  CHECK(description.points[0].validation_accuracy == rows[0].at("top1").get<double>());
  const Json curve =
      Json::parse(tnn_run("sweep-utilization " + model.string() + " --set data.test_limit=200 --threads 1 --format json -q").out);
  const Json before =
      Json::parse(tnn_run("sweep-utilization " + run.string() + " --u 1 --set data.test_limit=200 --threads 1 --format json -q").out);
  for (size_t i = 0; i < 2; ++i) CHECK(curve.at("points")[i].at("macs") == rows[i].at("macs"));
  CHECK(curve.at("points")[2].at("top1") == before.at("points")[0].at("top1"));

  const auto refused = [&](const std::string& arguments, const std::string& what) {
    const Outcome no = tnn_run(arguments);
    INFO(no.err);
    CHECK(no.code == 2);
    CHECK_THAT(no.err, ContainsSubstring(what));
  };
  const std::string out = " --out " + (folder.path() / "no.safetensors").string();
  for (const char* budget : {"0.5", "watts=3", "latency_ms=0", "latency_ms=100000", "macs=0.5,", "macs=1.5", "u=0.5,0.5", "macs=nan"})
    refused(search + " --budget " + budget + out, "--budget");
  refused(search + " --budget latency_ms=0.000001" + out, "the narrowest network needs");
  refused(search + " --budget macs=0.00001" + out, "the narrowest network needs");
  refused(search + " --budget macs=0.5 --out " + (run / "model.safetensors").string(), "--out");
  refused("search " + model.string() + " --budget macs=0.5" + out, "held out");
  CHECK_FALSE(std::filesystem::exists(folder.path() / "no.safetensors"));
}
