#include <filesystem>
#include <nlohmann/json.hpp>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "own_clips.h"

using namespace tnn;
using tnn::test::OwnClips;
namespace fs = std::filesystem;

TEST_CASE("a 3d network trains on clips, loose and packed alike, is swept, exported and run on folders of frames") {
  const OwnClips own;
  const Outcome trained = own.train("-q");
  INFO(trained.err);
  REQUIRE(trained.code == 0);
  const nlohmann::json curve = own.curve();
  for (const auto& point : curve.at("points")) CHECK(point.at("images") == 3);
  CHECK(curve.at("class_names") == std::vector<std::string>{"Swiping Left", "Swiping Right", "Doing other things"});
  const Outcome run = tnn_run("run " + own.run.string() + " --input " + (own.root / "20bn-jester-v1").string() + " --top 1 --format json");
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK(nlohmann::json::parse(run.out).size() == 9);
  CHECK(tnn_run("run " + own.run.string() + " --top 1 --input " + (own.root / "20bn-jester-v1/3/00001.jpg").string()).code == 2);
  const Outcome exported = tnn_run("export " + own.run.string() + " --format safetensors --out " +
                                   (own.folder.path() / "cut.safetensors").string() + own.data_root());
  INFO(exported.err);
  CHECK((exported.code == 0 && exported.err.find("random inputs") == std::string::npos));

  const Outcome packing = tnn_run("data pack jester " + own.packed.string() + " -q" + own.data_root());
  REQUIRE(packing.code == 0);
  CHECK_THAT(packing.out, ContainsSubstring("9 clips of 81 frames"));
  REQUIRE(own.train("-q --overwrite", own.packed).code == 0);
  for (size_t i = 0; i < curve.at("points").size(); ++i) CHECK(own.curve().at("points")[i].at("loss") == curve.at("points")[i].at("loss"));
}

TEST_CASE("clips are verified and counted, and the speed of their loading is told in clips") {
  const OwnClips own;
  const Outcome verified = tnn_run("data verify jester --format csv" + own.data_root());
  INFO(verified.err);
  CHECK(verified.code == 0);
  CHECK_THAT(verified.out, ContainsSubstring("class,train_clips,test_clips") && ContainsSubstring("Swiping Left,2,1"));
  const Outcome speed = tnn_run("data speed jester --seconds 0.01 --frames 4 --image-size 12,16 --format csv" + own.data_root());
  CHECK(speed.code == 0);
  CHECK_THAT(speed.out, ContainsSubstring("clips,seconds,clips_per_second,reading_share,decoding_share"));
  CHECK_THAT(own.train("--dry-run").out, ContainsSubstring("3 training, 3 validation, 3 test clips"));
  fs::remove(own.root / "20bn-jester-v1/8/00002.jpg");
  const Outcome faulty = tnn_run("data verify jester" + own.data_root());
  CHECK(faulty.code == 3);
  CHECK_THAT(faulty.out, ContainsSubstring("20bn-jester-v1/8") && ContainsSubstring("frame 2 is missing"));
  const Outcome skipped = own.train("--set data.damaged=skip");
  CHECK(skipped.code == 0);
  CHECK_THAT(skipped.err, ContainsSubstring("20bn-jester-v1/8: damaged, left out: frame 2 is missing"));
  for (const auto& point : own.curve().at("points")) CHECK(point.at("images") == 2);
  const Outcome card = tnn_run("data card own" + own.data_root());
  CHECK(card.code == 3);
  CHECK_THAT(card.err, ContainsSubstring("docs/clips.md"));
}

TEST_CASE("recipes that mirror gestures, ask for other frames or give clips to a network of images are refused") {
  const OwnClips own;
  const Outcome mirrored = own.train("--set data.flip=true");
  CHECK(mirrored.code == 2);
  CHECK_THAT(mirrored.err, ContainsSubstring("data.flip") && ContainsSubstring("'jester'") && ContainsSubstring("flip: false"));
  const Outcome frames = own.train("--set data.frames=8");
  CHECK(frames.code == 2);
  CHECK_THAT(frames.err, ContainsSubstring("takes [3, 4, 12, 16], but clips of 'jester' at data.frames are [3, 8, 12, 16]"));
  CHECK(own.train("--dry-run --set data.frames=4 --set data.image_size=[12,16]").code == 0);
  write_file_atomically(own.recipe(),
                        "model: {name: vgg_w, input: [3, 16, 16], classes: 3, cardinality: 4, stages: [\"8\", M], hidden: []}\n"
                        "data: {name: jester}\n");
  const Outcome images = own.train("-q");
  CHECK(images.code == 2);
  CHECK_THAT(images.err, ContainsSubstring("clips of 'jester' are [channels, frames, height, width]"));
}
