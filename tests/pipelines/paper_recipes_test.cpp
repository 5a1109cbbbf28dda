#include <algorithm>
#include <filesystem>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "data/byte_source.h"
#include "pipelines/run_folder.h"
#include "pipelines/train.h"
#include "temporary_folder.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

/// A few images and steps of everything that a recipe does.
const Recipe::Overrides kFewSteps{"run.threads=1",
                                  "training.epochs=1",
                                  "training.batch_size=2",
                                  "training.warmup_epochs=0",
                                  "training.recalibration_images=4",
                                  "data.train_limit=8",
                                  "data.test_limit=4",
                                  "data.validation_fraction=0.25",
                                  "data.workers=1",
                                  "gates.epochs=1",
                                  "gates.batch_size=2",
                                  "controller.epochs=1",
                                  "controller.batch_size=2",
                                  "evaluation.u='0.5,1'",
                                  "output.tensorboard=false"};

/// The names of the DTNN recipes that end so, sorted.
std::vector<std::string> paper_recipes(const std::string& folder, const std::string& part) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(TNN_SOURCE_DIR "/recipes/dtnn-2022/" + folder))
    if (entry.path().extension() == ".yaml" && entry.path().filename().string().find(part) != std::string::npos)
      names.push_back(folder + entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// CIFAR-10 without compression, which would take longer than the trainings.
void unpack_cifar(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  for (const char* name :
       {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"}) {
    const auto source = find_source(from, name);
    REQUIRE(source);
    const SourceBytes content = read_source(*source);
    write_file_atomically(to / name, std::string(content.bytes.begin(), content.bytes.end()));
  }
}

/// The settings of a DTNN recipe for some steps on a few samples.
Settings few_steps(const std::string& name, const fs::path& data, Recipe::Overrides overrides) {
  overrides.insert(overrides.begin(), kFewSteps.begin(), kFewSteps.end());  // the given ones count
  overrides.push_back("data.root=" + data.string());
  return read_settings(Recipe::load(TNN_SOURCE_DIR "/recipes/dtnn-2022/" + name, overrides));
}

void check_dry_run(const std::string& name, const fs::path& data, const Recipe::Overrides& overrides) {
  INFO(name);
  const TemporaryFolder folder;
  TrainOptions options;
  options.out = folder.path() / "run";
  CHECK_THAT(dry_run(few_steps(name, data, overrides), options, TableFormat::text), ContainsSubstring("operating points"));
  CHECK_FALSE(fs::exists(options.out));
}

/// Some real steps of every stage and a sweep of each.
void check_that_it_trains(const std::string& name, const fs::path& data, const Recipe::Overrides& overrides) {
  INFO(name);
  const TemporaryFolder folder;
  const Settings settings = few_steps(name, data, overrides);
  TrainOptions options;
  options.out = folder.path() / "run";
  Progress silent;
  const TrainResult result = train(settings, options, silent);
  CHECK(result.curve.points.size() == 2);
  CHECK(result.curve.points.back().images > 0);
  CHECK(result.curve.controllers.empty() == !settings.controller.enabled);
  for (const auto& file : result.files) CHECK(fs::exists(file));
}

void check_recipes_on_cifar(const std::vector<std::string>& names) {
  const TemporaryFolder folder;
  unpack_cifar(fs::path(test_data_root()) / "cifar-10-batches-bin", folder.path() / "cifar-10-batches-bin");
  check_dry_run(names.front(), folder.path(), {});
  for (const std::string& name : names) check_that_it_trains(name, folder.path(), {});
}

bool learns_gates(const std::string& name) {
  return name.find("concrete") != std::string::npos || name.find("reinforce") != std::string::npos;
}

bool has_cifar() { return !test_data_root().empty() && fs::exists(fs::path(test_data_root()) / "cifar-10-batches-bin"); }

}  // namespace

TEST_CASE("every recipe of the DTNN paper for CIFAR-10 starts, trains some steps and is swept") {
  if (!has_cifar()) TNN_SKIP("TNN_DATA is not set or has no CIFAR-10");
  std::vector<std::string> names = paper_recipes("", "cifar10");
  std::erase_if(names, [](const std::string& name) { return name.find("augmented") != std::string::npos; });
  REQUIRE(names.size() == 25);
  check_recipes_on_cifar(names);
}

TEST_CASE("every recipe of the DTNN paper with augmentation and rules for gates starts, trains some steps and is swept") {
  if (!has_cifar()) TNN_SKIP("TNN_DATA is not set or has no CIFAR-10");
  std::vector<std::string> names = paper_recipes("", "augmented");
  std::erase_if(names, learns_gates);
  REQUIRE(names.size() == 12);
  check_recipes_on_cifar(names);
}

TEST_CASE("every recipe of the DTNN paper with augmentation and learned gates starts, trains some steps and is swept") {
  if (!has_cifar()) TNN_SKIP("TNN_DATA is not set or has no CIFAR-10");
  std::vector<std::string> names = paper_recipes("", "augmented");
  std::erase_if(names, [](const std::string& name) { return !learns_gates(name); });
  REQUIRE(names.size() == 12);
  check_recipes_on_cifar(names);
}

TEST_CASE("every quarter-size recipe of the DTNN study starts, trains some steps and is swept") {
  if (!has_cifar()) TNN_SKIP("TNN_DATA is not set or has no CIFAR-10");
  const std::vector<std::string> names = paper_recipes("quarter/", "");
  REQUIRE(names.size() == 8);
  check_recipes_on_cifar(names);
}

TEST_CASE("every recipe of the DTNN paper for ImageNet starts, trains some steps and is swept") {
  const fs::path part = fs::path(test_data_root()) / "imagenet-part";
  if (test_data_root().empty() || !fs::exists(part)) TNN_SKIP("TNN_DATA is not set or has no imagenet-part");
  const std::vector<std::string> names = paper_recipes("", "imagenet");
  REQUIRE(names.size() == 3);
  check_dry_run(names.front(), part, {"model.input=[3,64,64]", "data.image_size=64", "data.train_limit=32"});
  for (const std::string& name : names)
    check_that_it_trains(name, part, {"model.input=[3,64,64]", "data.image_size=64", "data.train_limit=32"});
}

TEST_CASE("every recipe of the DTNN paper for VOC2007 starts, trains some steps and is swept") {
  const fs::path part = fs::path(test_data_root()) / "voc2007-part";
  if (test_data_root().empty() || !fs::exists(part)) TNN_SKIP("TNN_DATA is not set or has no voc2007-part");
  const std::vector<std::string> names = paper_recipes("", "voc2007");
  REQUIRE(names.size() == 3);
  const Recipe::Overrides small{"model.input=[3,64,128]",   "data.image_size=[64,128]", "data.short_side=64",
                                "data.long_side=128",       "detector.proposals=8",     "detector.training_proposals=20",
                                "detector.region_samples=8"};
  for (const std::string& name : names) {
    check_dry_run(name, part, small);
    check_that_it_trains(name, part, small);
  }
}

TEST_CASE("the small recipe of the DTNN paper for Jester trains data path and controller on clips, and compares the controller") {
  const fs::path part = fs::path(test_data_root()) / "jester-layout-part";
  if (test_data_root().empty() || !fs::exists(part)) TNN_SKIP("TNN_DATA is not set or has no jester-layout-part");
  check_dry_run("jester-small.yaml", part, {"data.train_limit=16"});
  check_that_it_trains("jester-small.yaml", part, {"data.train_limit=16"});
}
