#include <nlohmann/json.hpp>

#include "formats/model_description.h"
#include "small_training.h"

using namespace tnn;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

std::string quoted(const fs::path& path) { return "'" + path.string() + "'"; }

json printed(const std::string& arguments) {
  const Outcome outcome = tnn_run(arguments + " --format json");
  INFO(arguments << ": " << outcome.err);
  REQUIRE(outcome.code == 0);
  return json::parse(outcome.out);
}

}  // namespace

TEST_CASE("a trained run becomes a throttleable model of non-uniform widths, which sweeps, runs and is fine-tuned") {
  if (!has_fashion_mnist()) TNN_SKIP("Fashion-MNIST is not installed");
  const TemporaryFolder folder;
  const fs::path run = folder.path() / "run", model = folder.path() / "reds.safetensors";
  REQUIRE(tnn_run("train-datapath" + small_training(run, 1).substr(5) + " -q").code == 0);

  const json rows =
      printed("convert-reds " + quoted(run) +
              " --budgets 0.5,0.25,0.75 --batches 5 --batch-size 64 --recalibration-images 400 --threads 1 --out " + quoted(model));
  REQUIRE(rows.size() == 4);
  const std::vector<double> budgets{0.25, 0.5, 0.75, 1};
  for (size_t i = 0; i < 4; ++i) {
    CHECK(rows[i]["u"].get<double>() == budgets[i]);
    CHECK(rows[i]["macs_share"].get<double>() <= budgets[i]);
    if (i > 0) CHECK(rows[i]["macs"].get<int64_t>() > rows[i - 1]["macs"].get<int64_t>());
    CHECK_THAT(rows[i]["widths"].get<std::string>(), ContainsSubstring("/"));
  }
  CHECK(rows[3]["importance_kept"].get<double>() == 1);

  const SafetensorsFile file(model);
  const ModelDescription description = description_from_metadata(file.metadata(), model.string());
  CHECK(description.gating.strategy == "reds");
  CHECK(description.points.size() == 4);
  CHECK(description.batch_norm == BatchNormMode::recalibrated);

  // At u = 1 it is what it was; narrower points differ by their widths alone, in every engine.
  const std::string limit = " --set data.test_limit=200 --threads 1";
  const json before = printed("sweep-utilization " + quoted(run) + " --u 1" + limit).at("points"),
             after = printed("sweep-utilization " + quoted(model) + limit).at("points");
  REQUIRE(after.size() == 4);
  CHECK(after[3]["macs"] == before[0]["macs"]);
  CHECK(after[3]["top1"] == before[0]["top1"]);
  const json deployed = printed("sweep-utilization " + quoted(model) + " --engine prefix" + limit).at("points");
  for (size_t i = 0; i < 4; ++i) CHECK(deployed[i]["top1"].get<double>() == Approx(after[i]["top1"].get<double>()).margin(0.011));

  const fs::path recipe = folder.path() / "tune.yaml", tuned = folder.path() / "tuned";
  write_file_atomically(recipe, "model: {name: file, file: " + model.string() + ", pretrained: " + model.string() +
                                    "}\ndata: {name: fashion_mnist, train_limit: 1900}\n"
                                    "training: {epochs: 1, batch_size: 64, learning_rate: 0.02, u_prior: list, u_list: [0.25, 0.5, 0.75, "
                                    "1], recalibration_images: 400}\n");
  const Outcome training = tnn_run("train-datapath " + quoted(recipe) + " --threads 1 --out " + quoted(tuned));
  INFO(training.err);
  REQUIRE(training.code == 0);
  const ModelDescription trained = description_from_metadata(SafetensorsFile(tuned / "model.safetensors").metadata(), "model.safetensors");
  CHECK(trained.graph == description.graph);
  REQUIRE(trained.points.size() == 4);
  for (size_t i = 0; i < 4; ++i) CHECK(trained.points[i].configuration == description.points[i].configuration);
  const json curve = printed("sweep-utilization " + quoted(tuned) + limit).at("points");
  CHECK(curve[0]["top1"].get<double>() > 0.3);

  const Outcome refused =
      tnn_run("train-datapath " + quoted(recipe) + " --set gating.strategy=independent --out " + quoted(folder.path() / "no"));
  CHECK(refused.code == 2);
  CHECK_THAT(refused.err, ContainsSubstring("gating.strategy") && ContainsSubstring("leave the key out"));
  const Outcome onto = tnn_run("convert-reds " + quoted(run) + " --budgets 0.5 --out " + quoted(run / "model.safetensors"));
  CHECK(onto.code == 2);
  CHECK_THAT(onto.err, ContainsSubstring("would be lost"));
}

TEST_CASE("convert-reds of a recipe's network says what it lacks") {
  const TemporaryFolder folder;
  const Outcome none =
      tnn_run("convert-reds " TNN_SOURCE_DIR "/recipes/quickstart.yaml --budgets 0.5 --out " + quoted(folder.path() / "m.safetensors"));
  CHECK(none.code == 2);
  CHECK_THAT(none.err, ContainsSubstring("model.pretrained"));
  CHECK(fs::is_empty(folder.path()));
}
