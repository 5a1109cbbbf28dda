#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "data/image_tree.h"
#include "formats/npy_file.h"
#include "formats/safetensors.h"
#include "run_program.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

/// Images of three classes, 12 to train and 6 to test, and a recipe for them.
struct OwnImages {
  OwnImages() {
    test::write_image_tree(root);
    write_file_atomically(folder.path() / "own.yaml",
                          "model: {name: vgg_w, input: [3, 16, 16], classes: 3, cardinality: 4, stages: [\"8\", M, \"8\", M], hidden: [], "
                          "batch_norm: true}\n"
                          "data: {name: image_folder, validation_fraction: 0.25}\n"
                          "training: {epochs: 1, batch_size: 4, chunks: 1, recalibration_images: 9}\n"
                          "run: {threads: 1}\n");
  }
  Outcome train(const std::string& arguments, const std::string& root_argument = "") const {
    return tnn_run("train " + (folder.path() / "own.yaml").string() + " --out " + run.string() + " --data-root " +
                   (root_argument.empty() ? root.string() : root_argument) + " " + arguments);
  }
  Outcome verify(const std::string& arguments = "") const {
    return tnn_run("data verify image_folder --data-root " + root.string() + arguments);
  }
  nlohmann::json curve() const { return nlohmann::json::parse(read_file(run / "curve.json")); }

  TemporaryFolder folder;
  fs::path root = folder.path() / "images", run = folder.path() / "run";
};

void damage(const fs::path& image) { write_file_atomically(image, read_file(image).substr(0, 100)); }

}  // namespace

TEST_CASE("a class folder whose name is no UTF-8 is trained, packed and swept under one label") {
  const OwnImages own;
  for (const char* split : {"train", "val"}) fs::rename(own.root / split / "n02", own.root / split / "caf\xE9");
  const fs::path packed = own.folder.path() / "own.h5";
  REQUIRE(tnn_run("data pack image_folder " + packed.string() + " -q --data-root " + own.root.string()).code == 0);
  const std::vector<std::string> labels{"caf\\xE9", "n01", "n03"};
  for (const fs::path& root : {own.root, packed}) {
    const Outcome outcome = own.train("-q --overwrite", root.string());
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(own.curve().at("class_names") == labels);
    CHECK(nlohmann::json::parse(SafetensorsFile(own.run / "model.safetensors").metadata().at("tnn.labels")) == labels);
  }
  CHECK(tnn_run("sweep-utilization " + own.run.string() + " -q --data-root " + own.root.string()).code == 0);  // trained on the packed file
}

TEST_CASE("a network whose input is not square trains on an image folder, is swept, exported and run") {
  const OwnImages own;
  const std::string keys = " --set model.input=[3,24,40] --set data.cutout=6 --set data.flip=true";
  const Outcome trained = own.train("-q" + keys);
  INFO(trained.err);
  REQUIRE(trained.code == 0);
  const nlohmann::json curve = own.curve();
  for (const auto& point : curve.at("points")) CHECK(point.at("images") == 6);
  const std::string model = own.run.string(), data_root = " --data-root " + own.root.string();
  const Outcome swept = tnn_run("sweep-utilization " + model + data_root + " --format json -q");
  REQUIRE(swept.code == 0);
  CHECK(nlohmann::json::parse(swept.out).at("points").size() == curve.at("points").size());
  for (const std::string file : {"static.onnx", "model.safetensors"}) {
    const Outcome exported = tnn_run("export " + model + " --out " + (own.folder.path() / file).string() + data_root +
                                     (file == "static.onnx" ? " --format onnx --u 0.5" : " --format safetensors"));
    INFO(exported.err);
    CHECK(exported.code == 0);
    CHECK(exported.err.find("random inputs") == std::string::npos);
  }
  const std::string input = (own.folder.path() / "in.npy").string(), output = (own.folder.path() / "out.npy").string();
  write_npy(input, {{2, 3, 24, 40}, std::vector<float>(2 * 3 * 24 * 40, 0.25F), false});
  REQUIRE(tnn_run("run " + model + " --u 1 --input " + input + " --output " + output).code == 0);
  CHECK(read_npy(output).shape == std::vector<int64_t>{2, 3});

  const fs::path packed = own.folder.path() / "own.h5";
  REQUIRE(tnn_run("data pack image_folder " + packed.string() + " -q" + data_root).code == 0);
  REQUIRE(own.train("-q --overwrite" + keys, packed.string()).code == 0);
  for (size_t i = 0; i < curve.at("points").size(); ++i) CHECK(own.curve().at("points")[i].at("loss") == curve.at("points")[i].at("loss"));
  const Outcome speed = tnn_run("data speed image_folder --seconds 0.01 --image-size 24,40" + data_root);
  INFO(speed.err);
  CHECK(speed.code == 0);
  CHECK(tnn_run("data speed --image-size 32 image_folder --seconds 0.01" + data_root).code == 0);
  CHECK(tnn_run("data speed image_folder --seconds 0.01 --image-size 24,40,3" + data_root).code == 2);
  const Outcome misfit = own.train("-q --overwrite --set model.input=[3,24,40] --set data.image_size=[40,24]");
  CHECK(misfit.code == 2);
  CHECK_THAT(misfit.err,
             ContainsSubstring("the network takes [3, 24, 40], but images of 'image_folder' at data.image_size are [3, 40, 24]"));
}

TEST_CASE("damaged images are left out of training, validation and evaluation also where a batch has no other") {
  const OwnImages own;
  for (const char* name : {"train/n01/n01_0.JPEG", "train/n02/n02_3.JPEG", "val/n03/n03_1.JPEG"}) damage(own.root / name);
  const Outcome stopped = own.train("-q --set training.batch_size=1");
  CHECK(stopped.code == 3);
  CHECK_THAT(stopped.err, ContainsSubstring("JPEG: damaged: "));
  for (const char* sizes : {"--set training.batch_size=1 --set evaluation.batch_size=1", "--set evaluation.batch_size=5"}) {
    const Outcome outcome = own.train("--overwrite --set data.damaged=skip " + std::string(sizes));
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    for (const auto& point : own.curve().at("points")) CHECK(point.at("images") == 5);
    for (const char* name : {"n01_0.JPEG: damaged, left out", "n02_3.JPEG: damaged, left out", "n03_1.JPEG: damaged, left out"})
      CHECK_THAT(outcome.err, ContainsSubstring(name));
  }
  for (const char* name : {"val/n01/n01_0.JPEG", "val/n01/n01_1.JPEG", "val/n02/n02_0.JPEG", "val/n02/n02_1.JPEG", "val/n03/n03_0.JPEG"})
    damage(own.root / name);
  const Outcome nothing_left = own.train("-q --overwrite --set data.damaged=skip");
  CHECK(nothing_left.code == 3);
  CHECK_THAT(nothing_left.err, ContainsSubstring("all 6 images are damaged, such as "));
}

TEST_CASE("verification and training name the files that are left out") {
  const OwnImages own;
  CHECK_THAT(own.verify().err, ContainsSubstring("no file is left out"));
  write_file_atomically(own.root / "train/n01/photo.webp", "x");
  fs::create_directory(own.root / "train/n01/part2");
  fs::rename(own.root / "train/n01/n01_0.JPEG", own.root / "train/n01/part2/n01_0.jfif");
  const Outcome verified = own.verify(" --format csv");
  CHECK(verified.code == 0);
  CHECK_THAT(verified.err, ContainsSubstring("train: left out: 1 .webp (n01/photo.webp)"));
  CHECK_THAT(verified.out, ContainsSubstring("n01,4,2"));
  const std::string line = "left out: 1 .webp (n01/photo.webp)";
  CHECK_THAT(own.train("").err, ContainsSubstring(line));
  CHECK_THAT(own.train("--dry-run --overwrite").out, ContainsSubstring(line));
  CHECK_THAT(tnn_run("data pack image_folder " + (own.folder.path() / "x.h5").string() + " --data-root " + own.root.string()).err,
             ContainsSubstring(line));
}

TEST_CASE("a data root that has not the data set is an error with the places, whatever else is on the machine") {
  const TemporaryFolder folder;
  for (const fs::path& root : {folder.path(), folder.path() / "nowhere"})
    for (const std::string command :
         {"data verify fashion_mnist", "data speed fashion_mnist", "train " TNN_SOURCE_DIR "/recipes/quickstart.yaml --dry-run"}) {
      const Outcome outcome = tnn_run(command + " --data-root " + root.string());
      INFO(command << ": " << outcome.err);
      CHECK(outcome.code == 3);
      CHECK_THAT(outcome.err, ContainsSubstring((root / "fashion-mnist").string()) && ContainsSubstring("train-images-idx3-ubyte"));
    }
}

TEST_CASE("packing where files may not become large ends with an error and leaves nothing") {
  const OwnImages own;
  fs::create_directory(own.folder.path() / "target");
  const fs::path file = own.folder.path() / "target/x.h5";
  const Outcome outcome =
      run_command("ulimit -f 16; exec " TNN_PROGRAM " data pack image_folder " + file.string() + " -q --data-root " + own.root.string());
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.err, ContainsSubstring(file.string()));
  CHECK(fs::is_empty(own.folder.path() / "target"));
}

TEST_CASE("tnn run labels images as the sweep counts them, at every utilization") {
  const OwnImages own;
  REQUIRE(own.train("-q").code == 0);
  const std::string run = "run " + own.run.string() + " -q --format json ";
  for (const auto& point : own.curve().at("points")) {
    const std::string u = point.at("u").dump();
    const Outcome outcome = tnn_run(run + "--top 1 --input " + (own.root / "val").string() + " --u " + u);
    INFO("u " << u << ": " << outcome.err);
    REQUIRE(outcome.code == 0);
    const auto rows = nlohmann::json::parse(outcome.out);
    REQUIRE(rows.size() == 6);
    double right = 0;
    for (const auto& row : rows)
      right += fs::path(row.at("input").get<std::string>()).parent_path().filename() == row.at("label").get<std::string>();
    CHECK(right / 6 == Approx(point.at("top1").get<double>()));
  }
  const fs::path image = *fs::directory_iterator(own.root / "val" / "n02");
  const auto rows = nlohmann::json::parse(tnn_run(run + "--input " + image.string()).out);
  REQUIRE(rows.size() == 3);  // five are asked for, there are three classes
  double sum = 0, last = 1;
  for (const auto& row : rows) {
    const double probability = row.at("probability").get<double>();
    CHECK(probability <= last);
    sum += last = probability;
  }
  CHECK(sum == Approx(1));
}

TEST_CASE("tnn run refuses what is no image and what asks for nothing, by name") {
  const OwnImages own;
  REQUIRE(own.train("-q").code == 0);
  const fs::path empty = own.folder.path() / "empty", text = own.folder.path() / "text.jpg", cut = own.folder.path() / "cut.jpg";
  fs::create_directory(empty);
  write_file_atomically(text, "no image");
  fs::copy_file(*fs::directory_iterator(own.root / "val" / "n01"), cut);
  damage(cut);
  const auto check = [&](const std::string& arguments, int code, const std::string& message) {
    const Outcome outcome = tnn_run("run " + own.run.string() + " " + arguments);
    INFO(arguments << ": " << outcome.err);
    CHECK(outcome.code == code);
    CHECK_THAT(outcome.err, ContainsSubstring(message));
  };
  check("--input " + empty.string(), 3, "holds no image");
  check("--input " + text.string() + " --top 1", 3, text.string());
  check("--input " + cut.string(), 3, cut.string());
  check("--input " + (empty / "absent.jpg").string() + " --top 1", 3, "absent.jpg");
  check("--input " + cut.string() + " --top 0", 2, "--top");
  check("--input " + text.string(), 3, "neither a .npy file nor a JPEG or PNG image");
  const fs::path first = *fs::directory_iterator(own.root / "val" / "n01");
  check("--input " + (own.root / "val").string() + " --output " + first.string(), 2, "would be lost");
  check("--input " + cut.string() + " --output ''", 2, "--output");
}
