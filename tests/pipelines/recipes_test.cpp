#include <algorithm>
#include <filesystem>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "cost/cost.h"
#include "data/dataset_card.h"
#include "pipelines/described_data.h"
#include "pipelines/experiment.h"
#include "pipelines/image_options.h"
#include "pipelines/run_folder.h"
#include "pipelines/settings/model_settings.h"
#include "recipe/reference.h"
#include "temporary_folder.h"
#include "training/datapath_options.h"

using namespace tnn;

namespace {

std::vector<std::filesystem::path> shipped_recipes() {
  std::vector<std::filesystem::path> recipes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(TNN_SOURCE_DIR "/recipes"))
    if (entry.path().extension() == ".yaml") recipes.push_back(entry.path());
  return recipes;
}

}  // namespace

TEST_CASE("every shipped recipe loads, declares a model that fits its data set, and has settings that go together") {
  REQUIRE(shipped_recipes().size() >= 3);
  for (const auto& path : shipped_recipes()) {
    INFO(path.string());
    const Settings settings = read_settings(Recipe::load(path));
    CHECK(settings.model.points.size() >= 3);
    if (!std::filesystem::exists(TNN_SOURCE_DIR "/datasets/" + settings.data.name + ".yaml")) continue;
    const DatasetCard card = load_card(TNN_SOURCE_DIR "/datasets", settings.data.name);
    CHECK(misfit(settings, card).message == "");
    CHECK_NOTHROW(check_image_options(settings, card));
  }
}

TEST_CASE("shipped recipes cost what they are known to cost") {
  const auto full = [](const std::string& name) {
    const ModelDescription description = describe_recipe_model(Recipe::load(TNN_SOURCE_DIR "/recipes/" + name));
    return network_cost(description.graph, Configuration::full(description.graph));
  };
  CHECK(full("dtnn-2022/vgg-w-cifar10.yaml").macs == 207331328);
  CHECK(full("dtnn-2022/vgg-w-cifar10.yaml").parameters == 18557770);
  CHECK(full("quickstart.yaml").macs == 19994112);
  CHECK(full("cifar10/resnet20.yaml").parameters == 269722);
  CHECK(full("cifar10/densenet100.yaml").parameters == 769162);
  CHECK(full("cifar10/mobilenet.yaml").parameters == 3217226);
  CHECK(full("imagenet/resnet50.yaml").parameters == 25557032);
  CHECK(full("imagenet/resnext50.yaml").parameters == 25028904);
  CHECK(full("imagenet/densenet169.yaml").parameters == 14149480);
  CHECK(full("imagenet/vgg16.yaml").parameters == 138357544);
  CHECK(full("imagenet/mobilenet_v2.yaml").parameters == 3504872);
  CHECK(full("cifar10/resnet56.yaml").parameters == 853018);
  CHECK(full("cifar10/resnet110.yaml").parameters == 1727962);
}

TEST_CASE("docs/recipes.md is the reference that the program prints") {
  CHECK(read_file(TNN_SOURCE_DIR "/docs/recipes.md") == recipe_reference(TableFormat::md));
}

TEST_CASE("a model that does not fit its data set is an error at the key's place") {
  const auto prepare = [](const std::string& override_) {
    return prepare_experiment(read_settings(Recipe::load(TNN_SOURCE_DIR "/recipes/quickstart.yaml", {override_})));
  };
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist"))
    TNN_SKIP("Fashion-MNIST is not installed (package dataset-fashion-mnist)");
  CHECK_THROWS_WITH(prepare("model.input=[3,28,28]"), ContainsSubstring("--set model.input") && ContainsSubstring("[1, 28, 28]"));
  CHECK_THROWS_WITH(prepare("model.classes=12"), ContainsSubstring("model.classes") && ContainsSubstring("10"));
  CHECK_THROWS_WITH(prepare("model.name=vggw"), ContainsSubstring("did you mean 'vgg_w'"));
  CHECK_THROWS_WITH(prepare("model.cardinality=17"), ContainsSubstring("stage1.conv1") && ContainsSubstring("16 channels"));
}

TEST_CASE("a stage's fingerprint changes with what is trained, not with where or how fast") {
  const auto fingerprint = [](const std::string& override_, const std::string& stage = "datapath") {
    return read_settings(Recipe::defaults({"model.name=vgg_w", override_})).fingerprints.at(stage);
  };
  const Fingerprint base = fingerprint("model.classes=10"), gates = fingerprint("model.classes=10", "gates");
  for (const char* same :
       {"data.root=/elsewhere", "data.workers=4", "run.threads=1", "output.name=other", "evaluation.u='0.5'", "training.log_steps=1"})
    CHECK(fingerprint_difference(fingerprint(same), base) == "");
  for (const char* other :
       {"training.seed=2", "training.epochs=3", "model.dropout=0.1", "data.flip=true", "gating.rounding=ceil", "data.train_limit=5"}) {
    const std::string text = other;
    CHECK_THAT(fingerprint_difference(fingerprint(text), base), ContainsSubstring(text.substr(0, text.find('=')) + " is "));
  }
  CHECK(fingerprint_difference(fingerprint("gates.hidden=8"), base) == "");
  CHECK(fingerprint_difference(fingerprint("training.epochs=3", "gates"), gates) == "");
  CHECK(fingerprint_difference(fingerprint("gates.hidden=8", "gates"), gates) == "gates.hidden is 8, was 32");
}

TEST_CASE("taking over a run folder removes what a run writes and nothing else") {
  const TemporaryFolder folder;
  const RunFolder run(folder.path());
  create_folder(run.checkpoints());
  write_file_atomically(run.recipe(), "x");
  write_file_atomically(folder.path() / "notes.txt", "mine");
  CHECK_THROWS_AS(RunFolder::open(folder.path(), RunFolder::Existing::refuse), UsageError);
  const RunFolder taken = RunFolder::open(folder.path(), RunFolder::Existing::overwrite);
  CHECK_THROWS_WITH(RunFolder::open(folder.path(), RunFolder::Existing::overwrite), ContainsSubstring("another process"));
  CHECK_FALSE(run.holds_run());
  CHECK(std::filesystem::exists(folder.path() / "notes.txt"));
}
