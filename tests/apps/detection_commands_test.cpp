#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "data/annotated_tree.h"
#include "data/image_files.h"
#include "small_training.h"

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

/// Ten small images of three classes for training, six for testing, in VOC's layout, and a recipe of a small detector.
struct OwnObjects {
  OwnObjects() {
    tnn::test::write_voc_tree(root);
    tnn::write_file_atomically(recipe, R"(
model: {name: vgg_w, input: [3, 32, 48], classes: 3, cardinality: 4, stages: ["8", M, "8", M, "16"], hidden: [], batch_norm: true}
detector: {cut: stage2.pool, anchor_sizes: [8, 16], proposals: 12, training_proposals: 24, region_samples: 12, roi_size: 4}
data: {name: voc_folder, image_size: [32, 48], flip: true}
training: {epochs: 2, batch_size: 3, optimizer: adam, learning_rate: 0.002, recalibration_images: 10}
evaluation: {u: "0.25,0.5,1"}
run: {threads: 1}
)");
  }
  Outcome train(const std::string& arguments) const {
    return tnn_run("train " + recipe.string() + " --out " + run.string() + " --data-root " + root.string() + " " + arguments);
  }
  Outcome detect(const fs::path& input, const std::string& arguments) const {
    return tnn_run("run " + run.string() + " --input '" + input.string() + "' " + arguments);
  }
  fs::path image(const char* name) const { return root / "JPEGImages" / name; }

  TemporaryFolder folder;
  fs::path root = folder.path() / "insects", run = folder.path() / "run", recipe = folder.path() / "own.yaml";
};

void refused(const Outcome& outcome, int code, const std::string& what) {
  INFO(outcome.err);
  CHECK(outcome.code == code);
  CHECK_THAT(outcome.err, ContainsSubstring(what));
  CHECK(outcome.err.find('\n') + 1 == outcome.err.size());
}

}  // namespace

TEST_CASE("a detector of one's own classes is trained, swept, run on a photograph and drawn") {
  const OwnObjects own;
  const Outcome trained = own.train("-q");
  INFO(trained.err);
  REQUIRE(trained.code == 0);

  const Outcome swept = tnn_run("sweep-utilization " + own.run.string() + " --format json --data-root " + own.root.string());
  INFO(swept.err);
  REQUIRE(swept.code == 0);
  const Json curve = Json::parse(swept.out);
  REQUIRE(curve.at("points").size() == 3);
  for (size_t i = 0; i < 3; ++i) {
    const Json& point = curve["points"][i];
    CHECK(point.at("u") == (i == 0 ? 0.25 : i == 1 ? 0.5 : 1));
    CHECK(point.at("images") == 6);
    for (const char* key : {"ap50", "map", "ap75"}) CHECK((point.at(key) >= 0 && point.at(key) <= 1));
    if (i > 0) CHECK(point.at("macs") > curve["points"][i - 1].at("macs"));
  }
  CHECK(curve.at("class_names") == std::vector<std::string>{"ant", "bee", "cow"});

  const fs::path drawing = own.folder.path() / "out.png";
  const Outcome one = own.detect(own.image("v0.jpg"), "--u 0.5 --draw " + drawing.string() + " --format json");
  INFO(one.err);
  REQUIRE(one.code == 0);
  for (const Json& row : Json::parse(one.out)) {
    CHECK((row.at("class") >= 0 && row.at("class") < 3));
    CHECK((row.at("x1") >= 0 && row.at("x1") <= row.at("x2") && row.at("x2") <= 60 && row.at("y2") <= 30));
  }
  CHECK(tnn::read_file(drawing).substr(1, 3) == "PNG");

  const fs::path drawings = own.folder.path() / "drawings";
  REQUIRE(own.detect(own.root / "JPEGImages", "--u 1 -q --draw " + drawings.string()).code == 0);
  CHECK(std::distance(fs::directory_iterator(drawings), fs::directory_iterator()) == 16);

  const Json inspected = Json::parse(tnn_run("inspect " + own.run.string() + " --format json").out);
  CHECK(inspected.dump().find("roi_align") != std::string::npos);
}

TEST_CASE("a detector over a feature pyramid with frozen batch norms is trained, swept, run and exported") {
  const OwnObjects own;
  const Outcome trained = own.train(
      "-q --set \"detector.cut=''\" --set detector.fpn=[stage1.pool,stage2.pool] --set detector.anchor_sizes=[8,16,24] --set "
      "detector.fpn_channels=12 "
      "--set detector.fpn_cardinality=4 --set detector.head_features=24 --set detector.head_cardinality=4 --set training.batch_norm=frozen "
      "--set detector.score_threshold=0.01");
  INFO(trained.err);
  REQUIRE(trained.code == 0);
  const Json curve = Json::parse(tnn::read_file(own.run / "curve.json"));
  REQUIRE(curve.at("points").size() == 3);
  CHECK(curve["points"][0].at("macs") < curve["points"][2].at("macs"));
  const std::string report = tnn::read_file(own.run / "report.html");
  CHECK_THAT(report, ContainsSubstring("Found in images"));
  CHECK_THAT(report, ContainsSubstring("data:image/jpeg;base64,"));

  const Outcome found = own.detect(own.image("v0.jpg"), "--u 0.5 --format json");
  INFO(found.err);
  REQUIRE(found.code == 0);
  CHECK_FALSE(Json::parse(found.out).empty());
  const fs::path onnx = own.folder.path() / "detector.onnx";
  const Outcome exported = tnn_run("export " + own.run.string() + " --u 0.5 --opset 17 --data-root " + own.root.string() + " --out " +
                                   onnx.string() + " --format onnx");
  INFO(exported.err);
  REQUIRE(exported.code == 0);
  CHECK_THAT(exported.out, ContainsSubstring("1 test images of voc_folder"));
  CHECK(fs::file_size(onnx) > 1000);
  refused(tnn_run("export " + own.run.string() + " --throttleable --out " + onnx.string()), 2, "--u");
  refused(own.train("-q --set detector.fpn=[stage2.pool,stage3.conv0.relu]"), 2, "detector.fpn");
}

TEST_CASE("a training of a detector that is killed and resumed has the same weights as one that was left alone") {
  const OwnObjects straight, killed;
  REQUIRE(straight.train("-q").code == 0);
  const std::string resume = "train " + killed.recipe.string() + " --out " + killed.run.string() + " --data-root " + killed.root.string() +
                             " -q --resume --set training.checkpoint_steps=1";
  CHECK(stop_after(resume, killed.run, 2, SIGKILL) == 128 + SIGKILL);
  REQUIRE(tnn_run(resume + " --set training.log_steps=1").code == 0);
  CHECK(tensors_of(straight.run / "model.safetensors") == tensors_of(killed.run / "model.safetensors"));
}

TEST_CASE("a detector takes images of every shape, and names those that it cannot read") {
  const OwnObjects own;
  REQUIRE(own.train("-q --set training.epochs=1").code == 0);
  const auto write = [&](const char* name, int height, int width) {
    const auto bytes = tnn::test::jpeg_bytes(tnn::test::test_picture(height, width, 3, 5), {});
    tnn::write_file_atomically(own.folder.path() / name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return own.folder.path() / name;
  };
  for (const auto& [height, width] : {std::pair{1, 1}, {10, 10000}, {10000, 10}}) {
    const Outcome found = own.detect(write("odd.jpg", height, width), "--u 0.01 --format json");
    INFO(found.err);
    REQUIRE(found.code == 0);
    for (const Json& row : Json::parse(found.out)) CHECK((row.at("x2") <= width && row.at("y2") <= height));
  }
  const fs::path damaged = own.folder.path() / "damaged.jpg";
  tnn::write_file_atomically(damaged, tnn::read_file(own.image("v0.jpg")).substr(0, 200));
  refused(own.detect(damaged, ""), 3, "damaged.jpg");
  refused(own.detect(own.folder.path() / "none.jpg", ""), 3, "none.jpg");
  refused(own.detect(own.image("v0.jpg"), "--top 3"), 2, "--top");
  refused(own.detect(own.image("v0.jpg"), "--u 0"), 2, "utilization");
  refused(own.detect(own.image("v0.jpg"), "--draw " + (own.folder.path() / "out.jpg").string()), 2, ".png");
  refused(own.detect(own.image("v0.jpg"), "--govern latency_ms=5"), 2, "detector");
  refused(tnn_run("calibrate-floor " + own.run.string() + " --risk 0.1 --confidence 0.9 --data-root " + own.root.string()), 2, "detect");
}

TEST_CASE("recipes of detectors that cannot be built say what is allowed") {
  const OwnObjects own;
  refused(own.train("-q --set detector.cut=stage9.pool"), 2, "stage9.pool");
  refused(own.train("-q --set detector.roi_size=0"), 2, "detector.roi_size");
  refused(own.train("-q --set training.u_per=sample"), 2, "training.u_per");
  refused(own.train("-q --set model.classes=7"), 2, "classes");
  refused(own.train("-q --set data.pad_crop=4"), 2, "data.pad_crop");
  CHECK_FALSE(fs::exists(own.run / "model.safetensors"));
}

TEST_CASE("training of a detector names images and annotations that are wrong") {
  const OwnObjects own;
  const fs::path annotation = own.root / "Annotations/t3.xml";
  const std::string good = tnn::read_file(annotation);
  tnn::write_file_atomically(annotation, good.substr(0, good.size() / 2));
  refused(own.train("-q"), 3, "t3.xml");
  tnn::write_file_atomically(annotation, good);
  fs::remove(own.image("t4.jpg"));
  refused(own.train("-q"), 3, "t4.jpg");
  const Outcome skipped = own.train("--overwrite --set data.damaged=skip");
  INFO(skipped.err);
  CHECK(skipped.code == 0);
  CHECK_THAT(skipped.err, ContainsSubstring("t4.jpg"));
}
