#include <filesystem>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "pipelines/data_tables.h"
#include "pipelines/image_options.h"
#include "pipelines/sweep_utilization.h"
#include "pipelines/train.h"
#include "temporary_folder.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

/// The shipped ResNet-18 at a size that a processor trains in seconds.
Recipe small_recipe(const fs::path& root, Recipe::Overrides overrides = {}) {
  for (const char* override_ : {"model.input=[3,64,64]", "data.validation_fraction=0.2", "data.workers=2", "data.brightness=0.2",
                                "data.hue=0.1", "training.epochs=1", "training.batch_size=16", "training.warmup_epochs=0",
                                "training.recalibration_images=16", "evaluation.u='0.5,1'", "output.tensorboard=false"})
    overrides.insert(overrides.begin(), override_);
  overrides.push_back("data.root=" + root.string());
  return Recipe::load(TNN_SOURCE_DIR "/recipes/imagenet/resnet18.yaml", overrides);
}

class Messages : public Progress {
 public:
  void message(const std::string& line) override { all += line + "\n"; }
  std::string all;
};

TrainResult train_in(const Recipe& recipe, const fs::path& out, Progress& progress) {
  TrainOptions options;
  options.out = out;
  return train(read_settings(recipe), options, progress);
}

/// A copy of the part of ImageNet with its files, and one of them cut off.
void copy_with_damage(const fs::path& from, const fs::path& to) {
  fs::copy(from, to, fs::copy_options::recursive);
  const fs::path damaged = fs::directory_iterator(to / "val" / "n01440764")->path();
  write_file_atomically(damaged, read_file(damaged).substr(0, 5000));
}

}  // namespace

TEST_CASE("a part of ImageNet trains a small ResNet and gives the same curve from class folders and from a packed file") {
  if (test_data_root().empty()) TNN_SKIP("TNN_DATA is not set");
  const fs::path root = fs::path(test_data_root()) / "imagenet-part";
  if (!fs::exists(root)) TNN_SKIP("TNN_DATA has no imagenet-part");
  const TemporaryFolder folder;
  Messages messages;
  const TrainResult trained = train_in(small_recipe(root, {"data.resize_side=80"}), folder.path() / "run", messages);
  const auto& model = trained.files.front();
  CHECK(description_from_metadata(SafetensorsFile(model).metadata(), model.string()).preprocessing.resize_side == 80);
  REQUIRE(trained.curve.points.size() == 2);
  CHECK(trained.curve.points[0].images == 26);
  CHECK(trained.curve.class_names.size() == 1000);

  PackOptions pack;
  pack.name = "imagenet";
  pack.data_root = root.string();
  pack.file = folder.path() / "imagenet.h5";
  CHECK_THAT(pack_data(pack, messages), ContainsSubstring("90 images"));
  CHECK_THROWS_AS(pack_data(pack, messages), UsageError);
  const TrainResult packed = train_in(small_recipe(pack.file, {"data.resize_side=80"}), folder.path() / "packed", messages);
  for (size_t i = 0; i < 2; ++i) {
    CHECK(packed.curve.points[i].metrics[0].value == trained.curve.points[i].metrics[0].value);
    CHECK(packed.curve.points[i].metrics[2].value == trained.curve.points[i].metrics[2].value);
  }
}

TEST_CASE("a sweep names and counts damaged images where they are to be skipped, and ends at one where not") {
  if (test_data_root().empty()) TNN_SKIP("TNN_DATA is not set");
  const fs::path part = fs::path(test_data_root()) / "imagenet-part";
  if (!fs::exists(part)) TNN_SKIP("TNN_DATA has no imagenet-part");
  const TemporaryFolder folder;
  copy_with_damage(part, folder.path() / "data");
  Messages messages;
  CHECK_THROWS_WITH(train_in(small_recipe(folder.path() / "data", {"data.train_limit=32"}), folder.path() / "stop", messages),
                    ContainsSubstring("damaged"));
  const TrainResult trained =
      train_in(small_recipe(folder.path() / "data", {"data.damaged=skip", "data.train_limit=32"}), folder.path() / "skip", messages);
  CHECK(trained.curve.points[0].images == 25);
  CHECK_THAT(messages.all, ContainsSubstring("damaged, left out") && ContainsSubstring("(1 so far)"));

  const VerifiedData verified = verify_data("imagenet", (folder.path() / "data").string(), messages);
  CHECK_FALSE(verified.ok);
  std::string problems;
  for (const auto& row : verified.table.rows) problems += row[0] + ": " + row[1] + "\n";
  CHECK_THAT(problems, ContainsSubstring("expected 1281167 images, found 64") && ContainsSubstring("no image of 992 of 1000 classes"));
  CHECK_THAT(problems, ContainsSubstring("n01440764/") && ContainsSubstring("JPEG: "));
}

TEST_CASE("data keys of image folders are checked against each other and against the data set") {
  const DatasetCard folders = load_card(TNN_SOURCE_DIR "/datasets", "imagenet"), cifar = load_card(TNN_SOURCE_DIR "/datasets", "cifar10");
  const auto fails = [](const DatasetCard& card, const std::string& override_, const std::string& words) {
    const Recipe recipe = small_recipe("/nowhere", {override_});
    CHECK_THROWS_WITH(check_image_options(read_settings(recipe), card),
                      ContainsSubstring("--set " + override_) && ContainsSubstring(words));
  };
  fails(folders, "data.resize_side=63", "below the 64 pixels");
  fails(folders, "data.pad_crop=4", "images of one size");
  const auto wide = [](const std::string& override_) {
    return read_settings(small_recipe("/nowhere", {"model.input=[3,64,96]", override_}));
  };
  CHECK_NOTHROW(check_image_options(wide("data.resize_side=64"), folders));
  CHECK_THROWS_WITH(check_image_options(wide("data.resize_side=63"), folders), ContainsSubstring("below the 64 pixels"));
  CHECK_THROWS_WITH(check_image_options(wide("data.cutout=65"), folders), ContainsSubstring("from 0 to 64"));
  fails(folders, "data.cutout=65", "from 0 to 64");
  fails(folders, "data.crop_scale=[0.9,0.2]", "lower end");
  fails(folders, "data.crop_ratio=[2,1]", "lower end");
  fails(cifar, "data.crop=center", "image folders");
  fails(cifar, "data.resize_side=80", "image folders");
  CHECK_THROWS_WITH(small_recipe("/nowhere", {"data.hue=0.7"}), ContainsSubstring("data.hue"));
  const Recipe recipe = small_recipe("/nowhere", {"data.resize_side=80", "data.crop_scale=[0.3,0.5]", "data.scaled_decoding=never"});
  const DecodingOptions options = data_settings(recipe).augmentation.decoding;
  CHECK((options.resize_side == 80 && options.crop && options.crop_range.scale_low == 0.3 && options.jitter.brightness == 0.2));
  CHECK(options.scaled == DecodingOptions::Scaled::never);
}

TEST_CASE("data keys for whole images are those of detection, which refuses what would cut or pad them") {
  const DatasetCard boxes = load_card(TNN_SOURCE_DIR "/datasets", "voc2007"), folders = load_card(TNN_SOURCE_DIR "/datasets", "imagenet");
  const auto settings = [](const std::string& override_) { return read_settings(small_recipe("/nowhere", {override_})); };
  for (const char* refused : {"data.resize_side=80", "data.crop=center", "data.crop_scale=[0.3,0.5]", "data.crop_ratio=[1,1]",
                              "data.pad_crop=4", "data.cutout=8"})
    CHECK_THROWS_WITH(check_image_options(settings(refused), boxes),
                      ContainsSubstring(std::string("--set ") + refused) && ContainsSubstring("kept whole"));
  for (const char* whole : {"data.short_side=48", "data.long_side=64", "data.scale_jitter=[0.8,1.25]"}) {
    CHECK_NOTHROW(check_image_options(settings(whole), boxes));
    CHECK_THROWS_WITH(check_image_options(settings(whole), folders), ContainsSubstring("is for detection"));
  }
  CHECK_THROWS_WITH(settings("data.scale_jitter=[1.25,0.8]"), ContainsSubstring("lower end"));
  const WholeImage whole = settings("data.short_side=48").data.augmentation.decoding.whole;
  CHECK((!whole.on && whole.short_side == 48 && whole.long_side == 0 && whole.scale_low == 1 && whole.scale_high == 1));
}
