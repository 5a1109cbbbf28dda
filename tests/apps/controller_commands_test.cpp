#include <nlohmann/json.hpp>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "formats/npy_file.h"
#include "small_training.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

/// A data path with a controller of 4 actions, on a few real images.
std::string controller_training(const fs::path& out) {
  std::string command = small_training(out, 1);
  const std::string recipe = "recipes/quickstart.yaml";
  command.replace(command.find(recipe), recipe.size(), "recipes/quickstart-controller.yaml");
  return command + " --set controller.actions=4 --set controller.epochs=2 --set output.tensorboard=false";
}

bool begins(const std::string& text, const std::string& with) { return text.rfind(with, 0) == 0; }

}  // namespace

TEST_CASE("one command trains data path and controller and compares the controller with all that it must beat") {
  if (!has_fashion_mnist()) TNN_SKIP("Fashion-MNIST is not installed");
  const TemporaryFolder folder;
  const fs::path run = folder.path() / "run", controller = run / "controller" / "controller.safetensors";
  const Outcome trained = tnn_run(controller_training(run) + " -q");
  INFO(trained.err);
  REQUIRE(trained.code == 0);
  const auto curve = nlohmann::json::parse(read_file(run / "curve.json"));
  for (const char* kind : {"fixed", "random", "chord", "cascade", "learned", "oracle"}) {
    INFO(kind);
    bool found = false;
    for (const auto& row : curve.at("controllers")) {
      if (!begins(row.at("name").get<std::string>(), kind)) continue;
      found = true;
      const double top1 = row.at("top1").get<double>();
      CHECK((top1 >= row.at("low").get<double>() && top1 <= row.at("high").get<double>()));
      CHECK(row.at("mean_macs").get<double>() > 0);
    }
    CHECK(found);
  }
  CHECK(read_file(run / "report.html").find("Controllers") != std::string::npos);

  // Resumed, all of it is there already and stays the same; the frozen outputs are not computed again.
  const std::string before = tensors_of(controller);
  const Outcome resumed = tnn_run(controller_training(run) + " --resume");
  CHECK(resumed.code == 0);
  CHECK_THAT(resumed.err, ContainsSubstring("outputs at 4 actions are those of"));
  CHECK(tensors_of(controller) == before);

  // Alone, on the data path of that run: the report shows no training but its model's own, which was elsewhere.
  const fs::path out = folder.path() / "alone";
  std::string command = controller_training(out) + " -q --from " + run.string();
  command.replace(0, std::string("train").size(), "train-controller");
  const Outcome alone = tnn_run(command);
  INFO(alone.err);
  REQUIRE(alone.code == 0);
  const auto alone_curve = nlohmann::json::parse(read_file(out / "curve.json"));
  CHECK(alone_curve.at("epochs").empty());
  CHECK(alone_curve.at("controllers") == curve.at("controllers"));
  CHECK_FALSE(curve.at("epochs").empty());

  NpyArray images{{6, 1, 28, 28}, std::vector<float>(6 * 784), false};
  for (size_t i = 0; i < images.values.size(); ++i) images.values[i] = static_cast<float>(i % 97) / 97;
  const fs::path input = folder.path() / "x.npy", output = folder.path() / "y.npy";
  write_npy(input, images);
  const std::string running = "run " + run.string() + " --input " + input.string() + " --output " + output.string() + " --format json";
  const Outcome controlled = tnn_run(running + " --controller " + controller.string());
  INFO(controlled.err);
  REQUIRE(controlled.code == 0);
  CHECK(nlohmann::json::parse(controlled.out).front().at("mean_macs").get<int64_t>() > 0);
  CHECK(read_npy(output).shape == std::vector<int64_t>{6, 10});

  CHECK(tnn_run(running + " --floor").code == 2);
  const Outcome too_few = tnn_run("calibrate-floor " + run.string() + " --risk 0.0001");
  CHECK(too_few.code == 2);
  CHECK_THAT(too_few.err, ContainsSubstring("are needed, without a loss"));
  const Outcome calibrated = tnn_run("calibrate-floor " + run.string() + " --risk 0.2 --confidence 0.9 --format json");
  INFO(calibrated.err);
  REQUIRE(calibrated.code == 0);
  const auto floor = nlohmann::json::parse(calibrated.out).front();
  CHECK(floor.at("mean_macs").get<double>() <= floor.at("full_macs").get<double>());
  CHECK(floor.at("p_value").get<double>() <= floor.at("level").get<double>());
  CHECK(tnn_run(running + " --floor").code == 0);
  CHECK(tnn_run(running + " --controller " + controller.string()).code == 0);  // the same network all the same

  const std::string certifying = "calibrate-floor " + run.string() + " --risk 0.2 --confidence 0.9 --format json --controller ";
  const Outcome of_controller = tnn_run(certifying + controller.string());
  INFO(of_controller.err);
  REQUIRE(of_controller.code == 0);
  CHECK(nlohmann::json::parse(of_controller.out).front().at("rule") == "controller");
  CHECK(tnn_run(running + " --floor --controller " + controller.string()).code == 0);
  CHECK(tnn_run(certifying + (run / "model.safetensors").string()).code == 3);

  const Outcome vanilla = tnn_run("sweep-utilization " + run.string() + " --u 1 --set data.test_limit=50 -q --out " +
                                  (folder.path() / "v").string() + " --controller " + controller.string() + " --vanilla " + run.string());
  INFO(vanilla.err);
  REQUIRE(vanilla.code == 0);
  CHECK_THAT(read_file(folder.path() / "v" / "curve.json"), ContainsSubstring("\"vanilla\""));

  const Outcome too_many = tnn_run(controller_training(folder.path() / "other") + " --set controller.actions=9");
  CHECK(too_many.code == 2);
  CHECK_THAT(too_many.err, ContainsSubstring("9 actions stand for") && ContainsSubstring("4 operating points"));
  CHECK_FALSE(fs::exists(folder.path() / "other"));
}
