#include <filesystem>
#include <nlohmann/json.hpp>

#include "catch_compat.h"
#include "core/read_file.h"
#include "run_program.h"

using namespace tnn;
namespace fs = std::filesystem;

// docs/first-steps.md on real images, smaller ones and fewer, with weights whose names are torchvision's.
TEST_CASE("a trained ResNet-18 and a folder of images become throttleable, labelled and exported in three commands") {
  if (test_data_root().empty()) TNN_SKIP("TNN_DATA is not set");
  const fs::path images = fs::path(test_data_root()) / "imagenet-part";
  if (!fs::exists(images)) TNN_SKIP("no imagenet-part in TNN_DATA");
  const TemporaryFolder folder;
  const fs::path weights = folder.path() / "resnet18.safetensors", run = folder.path() / "run", onnx = folder.path() / "net.onnx";
  const std::string recipe = " " TNN_SOURCE_DIR "/recipes/first-steps.yaml --set 'model.input=[3, 64, 64]' -q ";
  const auto succeed = [](const std::string& command) {
    const Outcome outcome = tnn_run(command);
    INFO(command << ": " << outcome.err);
    REQUIRE(outcome.code == 0);
    return outcome.out;
  };
  succeed("export" + recipe + "--set model.classes=1000 --set 'model.pretrained_except=[]' --format safetensors --throttleable --out " +
          weights.string());
  succeed("train" + recipe + "--data-root " + images.string() + " --set model.classes=8 --set model.pretrained=" + weights.string() +
          " --set training.epochs=1 --set data.test_limit=8 --out " + run.string());
  CHECK_THAT(read_file(run / "log.txt"), ContainsSubstring("starts with the weights of"));
  const fs::path photo = *fs::directory_iterator(images / "val" / "n01440764");
  for (const char* u : {"0.3", "1"}) {
    const auto rows =
        nlohmann::json::parse(succeed("run " + run.string() + " -q --input " + photo.string() + " --top 5 --format json --u " + u));
    REQUIRE(rows.size() == 5);
    CHECK(rows.front().at("label").get<std::string>().front() == 'n');
  }
  succeed("export " + run.string() + " -q --throttleable --out " + onnx.string() + " --data-root " + images.string());
  CHECK(fs::file_size(onnx) > 40'000'000);
}
