#include <nlohmann/json.hpp>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "data/clip_tree.h"
#include "data/dataset.h"
#include "data/dataset_folder.h"
#include "own_clips.h"
#include "small_training.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

constexpr int64_t kTestImages = 200;

/// The first test images of Fashion-MNIST as bytes, which `tnn run` prepares as evaluation does.
void write_test_images(const fs::path& npy) {
  const DatasetCard card = test::shipped_clip_card("fashion_mnist");
  const ImageSet images = load_split(card, locate(card, {}), "test", kTestImages);
  std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (200, 1, 28, 28), }";
  header.resize(117, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00\x76\x00", 10);
  write_file_atomically(npy, bytes + header + std::string(images.pixels.begin(), images.pixels.end()));
}

/// A small data path.
fs::path datapath(const fs::path& folder) {
  const fs::path run = folder / "datapath";
  const Outcome trained = tnn_run(small_training(run, 1) + " --set output.tensorboard=false -q");
  INFO(trained.err);
  REQUIRE(trained.code == 0);
  return run;
}

/// A controller of four actions on it.
std::string controller_training(const fs::path& datapath, const fs::path& out, const std::string& more) {
  std::string command = small_training(out, 1);
  const std::string recipe = "recipes/quickstart.yaml";
  command.replace(command.find(recipe), recipe.size(), "recipes/quickstart-controller.yaml");
  command.replace(0, std::string("train").size(), "train-controller");
  return command + " --set output.tensorboard=false --set controller.actions=4 --set controller.epochs=3 --from " + datapath.string() +
         " " + more;
}

nlohmann::json controller_row(const fs::path& run, const std::string& name) {
  const auto curve = nlohmann::json::parse(read_file(run / "curve.json"));
  for (const auto& row : curve.at("controllers"))
    if (row.at("name") == name) return row;
  FAIL("no row of " + name);
  return {};
}

/// The mean MACs of deployed inputs are those that the sweep charged, but for two inputs on the edge between two actions.
void check_deployed(const std::string& command, const nlohmann::json& row, double full_macs, double inputs) {
  const Outcome outcome = tnn_run(command);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const double deployed = nlohmann::json::parse(outcome.out).front().at("mean_macs").get<double>();
  CHECK(std::abs(deployed - row.at("mean_macs").get<double>()) <= 1 + 2 * full_macs / inputs);
}

constexpr const char* kPixels = "--set controller.input=pixels --set controller.model=tiny_cnn --set controller.width_multiplier=0.5";

}  // namespace

TEST_CASE("controllers of pixels and features are killed, resumed bit for bit, and deployed") {
  if (!has_fashion_mnist()) TNN_SKIP("Fashion-MNIST is not installed");
  const TemporaryFolder folder;
  const fs::path trained = datapath(folder.path()), images = folder.path() / "x.npy";
  write_test_images(images);
  for (const auto& [input, keys] : {std::pair<std::string, std::string>{"pixels", kPixels},
                                    {"features", "--set controller.input=features"},
                                    {"features", "--set controller.input=features --set controller.features=stage1.pool"}}) {
    INFO(keys);
    const fs::path straight = folder.path() / "straight", killed = folder.path() / "killed";
    const Outcome outcome = tnn_run(controller_training(trained, straight, keys) + " --overwrite");
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK_THAT(outcome.err, ContainsSubstring("looks at " + input));
    CHECK(fs::exists(straight / "controllers.csv"));
    const std::string command = controller_training(trained, killed, keys) + " --set training.checkpoint_steps=4";
    CHECK(stop_after(command + " --overwrite", killed, 33, SIGKILL) == 128 + SIGKILL);
    REQUIRE(tnn_run(command + " --resume -q").code == 0);
    CHECK(tensors_of(killed / "controller.safetensors") == tensors_of(straight / "controller.safetensors"));
    const auto row = controller_row(straight, "learned " + input);
    CHECK(row == controller_row(killed, "learned " + input));
    const double full = controller_row(straight, "fixed u=1").at("mean_macs").get<double>();
    check_deployed("run " + trained.string() + " --controller " + (straight / "controller.safetensors").string() + " --input " +
                       images.string() + " --output " + (folder.path() / "y.npy").string() + " --format json",
                   row, full, kTestImages);
  }
  const Outcome typo = tnn_run(controller_training(trained, folder.path() / "typo", "--set controller.input=features") +
                               " --set controller.features=stage1.pol");
  CHECK(typo.code == 2);
  CHECK_THAT(typo.err, ContainsSubstring("controller.features") && ContainsSubstring("did you mean 'stage1.pool'"));
  CHECK_FALSE(fs::exists(folder.path() / "typo"));
}

TEST_CASE("a controller trains on clips after a kill as without, and says clips") {
  const test::OwnClips own;
  const std::string keys =
      " --set controller.method=bandit --set controller.input=pixels --set controller.model=tiny_cnn --set controller.actions=4 --set "
      "controller.batch_size=3 --set controller.epochs=40 --set controller.reward=linear --set training.checkpoint_steps=1";
  const fs::path killed = own.folder.path() / "killed";
  const std::string command = "train " + own.recipe().string() + own.data_root() + keys;
  const Outcome trained = tnn_run(command + " --out " + own.run.string());
  INFO(trained.err);
  REQUIRE(trained.code == 0);
  CHECK_THAT(trained.err, ContainsSubstring("3 training, 3 validation clips") && !ContainsSubstring("images"));
  CHECK(stop_after(command + " --out " + killed.string(), killed / "controller", 20, SIGKILL) == 128 + SIGKILL);
  const Outcome resumed = tnn_run(command + " --resume --out " + killed.string());
  INFO(resumed.err);
  REQUIRE(resumed.code == 0);
  CHECK_THAT(resumed.err, ContainsSubstring("outputs at 4 actions are those of"));
  CHECK(tensors_of(killed / "controller/controller.safetensors") == tensors_of(own.run / "controller/controller.safetensors"));

  const fs::path clips = own.folder.path() / "test-clips";
  fs::create_directories(clips);
  for (const char* name : {"7", "8", "9"}) fs::copy(own.root / "20bn-jester-v1" / name, clips / name, fs::copy_options::recursive);
  const double full = controller_row(own.run, "fixed u=1").at("mean_macs").get<double>();
  check_deployed("run " + own.run.string() + " --controller " + (own.run / "controller/controller.safetensors").string() + " --input " +
                     clips.string() + " --output " + (own.folder.path() / "y.npy").string() + " --format json",
                 controller_row(own.run, "learned pixels"), full, 3e9);
}
