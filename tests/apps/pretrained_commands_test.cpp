#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "catch_compat.h"
#include "run_program.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

const std::string kQuickstart = TNN_SOURCE_DIR "/recipes/quickstart.yaml";
const std::string kFinetune = TNN_SOURCE_DIR "/recipes/cifar10/resnet20-finetune.yaml";

/// $TNN_DATA/pretrained/resnet20-12fca82f.th, where CIFAR-10 is beside it; else empty.
std::filesystem::path trained_resnet20() {
  const char* data = std::getenv("TNN_DATA");
  const auto root = std::filesystem::path(data ? data : "");
  const auto file = root / "pretrained" / "resnet20-12fca82f.th";
  return data && std::filesystem::exists(file) && std::filesystem::exists(root / "cifar-10-batches-bin") ? file : "";
}

}  // namespace

TEST_CASE("a recipe with model.pretrained is swept as the model file that it names") {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist"))
    TNN_SKIP("Fashion-MNIST is not installed (package dataset-fashion-mnist)");
  const TemporaryFolder folder;
  const std::string model = (folder.path() / "model.safetensors").string();
  REQUIRE(tnn_run("export " + kQuickstart + " --seed 5 --format safetensors --quiet --out " + model).code == 0);
  const std::string sweep = " --u 1 --set data.test_limit=300 --format json --quiet --threads 1";
  const Outcome of_model = tnn_run("sweep-utilization " + model + sweep);
  const Outcome of_recipe = tnn_run("sweep-utilization " + kQuickstart + " --set model.pretrained=" + model + sweep);
  INFO(of_model.err << of_recipe.err);
  REQUIRE(of_model.code == 0);
  REQUIRE(of_recipe.code == 0);
  CHECK(nlohmann::json::parse(of_recipe.out).at("points").at(0).at("top1") ==
        nlohmann::json::parse(of_model.out).at("points").at(0).at("top1"));
  CHECK(nlohmann::json::parse(of_recipe.out).at("points").at(0).at("loss") ==
        nlohmann::json::parse(of_model.out).at("points").at(0).at("loss"));

  const Outcome untrained = tnn_run("sweep-utilization " + kQuickstart + sweep);
  CHECK(untrained.code == 2);
  CHECK_THAT(untrained.err, ContainsSubstring("model.pretrained"));
  const Outcome other =
      tnn_run("sweep-utilization " + kQuickstart + " --set model.batch_norm=false --set model.pretrained=" + model + sweep);
  CHECK(other.code == 3);
  CHECK_THAT(other.err, ContainsSubstring("missing") && ContainsSubstring("unexpected") && ContainsSubstring("stage1.bn1.weight"));
}

TEST_CASE("a trained ResNet-20 keeps its accuracy when its fine-tuning starts") {
  const auto trained = trained_resnet20();
  if (trained.empty()) TNN_SKIP("TNN_DATA names no folder with pretrained/resnet20-12fca82f.th and cifar-10-batches-bin");
  const std::string pretrained = " --set model.pretrained=" + trained.string();
  const Outcome sweep =
      tnn_run("sweep-utilization " + kFinetune + pretrained + " --u 1 --set data.test_limit=500 --format json --quiet --threads 1");
  INFO(sweep.err);
  REQUIRE(sweep.code == 0);
  CHECK(nlohmann::json::parse(sweep.out).at("points").at(0).at("top1").get<double>() > 0.88);

  const TemporaryFolder folder;
  const std::string run = (folder.path() / "run").string();
  const std::string short_run =
      " --set data.train_limit=2000 --set data.validation_fraction=0.25 --set training.batch_size=50 --threads 1"
      " --set training.recalibration_images=1000 --quiet --set training.warmup_epochs=0 --set training.epochs=";
  const Outcome start = tnn_run("train-datapath " + kFinetune + pretrained + short_run + "0 --out " + run);
  INFO(start.err);
  REQUIRE(start.code == 0);
  const auto points = nlohmann::json::parse(tnn_run("inspect " + run + " --format json").out).at("operating_points");
  CHECK(points.back().at("validation_accuracy").get<double>() > 0.9);  // these are images that it was trained on
  const double throttled = points.front().at("validation_accuracy").get<double>();

  const std::string tuned = (folder.path() / "tuned").string();
  REQUIRE(tnn_run("train-datapath " + kFinetune + pretrained + short_run + "2 --out " + tuned).code == 0);
  const auto after = nlohmann::json::parse(tnn_run("inspect " + tuned + " --format json").out).at("operating_points");
  CHECK(after.front().at("validation_accuracy").get<double>() > throttled + 0.1);
  CHECK(after.back().at("validation_accuracy").get<double>() > 0.8);
}
