#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "formats/annotations/coco.h"
#include "formats/annotations/voc.h"
#include "run_program.h"

using namespace tnn;
namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

/// Two dogs, one found, and a cat that is found, in VOC's layout and as files of COCO.
struct Pets {
  TemporaryFolder folder;
  fs::path path(const std::string& name) const { return folder.path() / name; }

  Pets() {
    const std::vector<std::string> names{"dog", "cat"};
    const AnnotatedObject dog{{0, 0, 100, 100}, 0, false, false, false, 10000, 0}, cat{{10, 10, 50, 50}, 1, false, false, false, 1600, 0};
    const AnnotatedImages pets{names, {1, 2}, {{"000005.jpg", 5, 200, 200, {dog, cat}}, {"000007.jpg", 7, 200, 200, {dog}}}};
    write_coco(path("truth.json"), pets);
    fs::create_directories(path("VOCdevkit/VOC2007/Annotations"));
    fs::create_directories(path("VOCdevkit/VOC2007/ImageSets/Main"));
    for (const AnnotatedImage& image : pets.images)
      write_voc_annotation(path("VOCdevkit/VOC2007/Annotations") / (fs::path(image.file).stem().string() + ".xml"), image, names);
    write("VOCdevkit/VOC2007/ImageSets/Main/test.txt", "000005\n000007\n");
    write("results.json", R"([{"image_id": 5, "category_id": 1, "bbox": [0, 0, 100, 100], "score": 0.9},
{"image_id": "000005", "category_id": "dog", "bbox": [0, 0, 100, 99], "score": 0.8},
{"image_id": 7, "category_id": 1, "bbox": [60, 0, 100, 100], "score": 0.7},
{"image_id": 5, "category_id": 2, "bbox": [10, 10, 40, 40], "score": 0.1}])");
    write("comp4/comp4_det_test_dog.txt", "000005 0.9 1 1 100 100\n000005 0.8 1 1 100 99\n000007 0.7 61 1 160 100\n");
    write("comp4/comp4_det_test_cat.txt", "000005 0.1 11 11 50 50\n");
  }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories(path(name).parent_path());
    write_file_atomically(path(name), text);
  }
  Outcome evaluate(const std::string& format, const std::string& truth, const std::string& detections,
                   const std::string& options = "") const {
    return tnn_run("evaluate-detections --format " + format + " --ground-truth '" + path(truth).string() + "' --detections '" +
                   path(detections).string() + "' " + options);
  }
  Json json(const std::string& format, const std::string& truth, const std::string& detections, const std::string& options = "") const {
    const Outcome outcome = evaluate(format, truth, detections, options + " --output-format json");
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return Json::parse(outcome.out);
  }
};

}  // namespace

TEST_CASE("tnn evaluate-detections gives COCO's figures") {
  const Pets pets;
  const Json whole = pets.json("coco", "truth.json", "results.json");
  const double dog = 51.0 / 101;  // one of two: precision 1 at recalls 0 to 0.5
  CHECK(whole["map"].get<double>() == Approx((dog + 1) / 2));
  CHECK(whole["ap_small"] == -1);
  CHECK(whole["ap_medium"] == 1);
  CHECK(whole["ap_large"].get<double>() == Approx(dog));
  CHECK(whole["ar_1"].get<double>() == Approx(0.75));
  CHECK(whole["ar_100"].get<double>() == Approx(0.75));
  CHECK(whole["images"] == 2);
  CHECK(whole["detections"] == 4);
  const Json& first = whole["classes"][0];
  CHECK(first["name"] == "dog");
  CHECK(first["objects"] == 2);
  for (const char* figure : {"ap", "ap50", "ap75"}) CHECK(first[figure].get<double>() == Approx(dog));
  const Json few = pets.json("coco", "truth.json", "results.json", "--max-detections 2,5 --bootstrap 50");
  CHECK(few["map"] == whole["map"]);
  CHECK(few.contains("ar_5"));
  CHECK_FALSE(few.contains("ar_100"));
  CHECK(few["map_interval"][0] <= few["map"]);
  CHECK(few["ap50_interval"].size() == 2);
}

TEST_CASE("tnn evaluate-detections gives VOC's figures, of both forms of results") {
  const Pets pets;
  for (const char* detections : {"results.json", "comp4"}) {
    const Json eleven = pets.json("voc", "VOCdevkit/VOC2007", detections, "--categories dog,cat");
    CHECK(eleven["metric"] == "11-point");
    CHECK(eleven["iou"] == 0.5);
    CHECK(eleven["map"].get<double>() == Approx((6.0 / 11 + 1) / 2));
    CHECK(eleven["classes"][1] == Json{{"name", "cat"}, {"objects", 1}, {"ap", 1}});
    const Json all = pets.json("voc", "VOCdevkit", detections, "--categories dog,cat --voc-metric all-point --iou 0.25");
    CHECK(all["map"].get<double>() == Approx((0.5 + 0.5 * 2 / 3 + 1) / 2));  // the third detection of a dog is right, with IoU 40 / 160
  }
  const Json by_names = pets.json("voc", "", "results.json", "--categories dog,cat,emu --bootstrap 20");
  CHECK(by_names["classes"][2]["ap"] == -1);
  CHECK(by_names["map_interval"].size() == 2);
}

TEST_CASE("tnn evaluate-detections prints tables for people and lines for programs") {
  const Pets pets;
  const Outcome text = pets.evaluate("voc", "VOCdevkit/VOC2007", "results.json", "--categories dog,cat");
  INFO(text.err);
  CHECK(text.out == read_file(TNN_SOURCE_DIR "/docs/evaluate-detections.md")
                        .substr(read_file(TNN_SOURCE_DIR "/docs/evaluate-detections.md").find("VOC, 11-point"), text.out.size()));
  CHECK_THAT(pets.evaluate("coco", "truth.json", "results.json").out,
             ContainsSubstring("ap_small        -\n") && ContainsSubstring("\ncat          1  1.0000  1.0000  1.0000\n"));
  CHECK_THAT(
      pets.evaluate("coco", "truth.json", "results.json", "--output-format csv").out,
      ContainsSubstring("figure,class,value\nmap,,0.7") && ContainsSubstring("\nap_small,,-1\n") && ContainsSubstring("\nap50,cat,1\n"));
  CHECK_THAT(pets.evaluate("coco", "truth.json", "results.json", "--output-format md --bootstrap 9").out,
             ContainsSubstring("| figure ") && ContainsSubstring(" to "));
}

TEST_CASE("tnn evaluate-detections of no detections is 0") {
  const Pets pets;
  pets.write("none.json", "[]");
  CHECK(pets.json("coco", "truth.json", "none.json")["map"] == 0);
  CHECK(pets.json("voc", "VOCdevkit", "none.json", "--categories dog,cat")["map"] == 0);
}

TEST_CASE("tnn evaluate-detections refuses what does not fit") {
  const Pets pets;
  const auto refused = [&](const Outcome& outcome, int code, const std::string& what) {
    CHECK(outcome.code == code);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, ContainsSubstring(what));
  };
  refused(pets.evaluate("coco", "truth.json", "results.json", "--iou 0.5"), 2, "--iou belongs to --format voc alone");
  refused(pets.evaluate("coco", "truth.json", "results.json", "--image-set val"), 2, "--image-set belongs to --format voc alone");
  refused(pets.evaluate("voc", "VOCdevkit", "results.json", "--max-detections 5"), 2, "--max-detections belongs to --format coco alone");
  refused(pets.evaluate("voc", "VOCdevkit", "results.json", "--iou 0"), 2, "IoU threshold 0 is outside (0, 1]");
  refused(pets.evaluate("voc", "VOCdevkit", "results.json", "--image-set tset"), 3, "did you mean 'test'?");
  refused(pets.evaluate("voc", "VOCdevkit", "results.json", "--categories cat"), 3, "unknown class 'dog'");
  refused(pets.evaluate("voc", "truth.json", "results.json"), 3, "is not a folder (--format voc takes one such as VOC2007)");
  refused(pets.evaluate("voc", "comp4", "results.json"), 3, "has no Annotations and ImageSets");
  refused(pets.evaluate("coco", "VOCdevkit", "results.json"), 3, "it is a folder, not a file");
  refused(pets.evaluate("coco", "truth.json", "comp4"), 3, "it is a folder, not a file");
  refused(pets.evaluate("coco", "truth.json", "nowhere.json"), 2, "nowhere.json");
  refused(pets.evaluate("coco", "results.json", "results.json"), 3, "has no 'images'");
  refused(pets.evaluate("coco", "truth.json", "truth.json"), 3, "not a list of objects");
  pets.write("bad.json", R"([{"image_id": 5, "category_id": 1, "bbox": [0, 0, 1, 1], "score": NaN}])");
  refused(pets.evaluate("coco", "truth.json", "bad.json"), 3, "bad.json': [0]: not JSON");
  pets.write("bad.json", R"([{"image_id": 6, "category_id": 1, "bbox": [0, 0, 1, 1], "score": 1}])");
  refused(pets.evaluate("coco", "truth.json", "bad.json"), 3, "bad.json': [0]: 'image_id' 6 is none of the ground truth's 2 images");
  fs::create_directories(pets.path("VOCdevkit/VOC2012/Annotations"));
  fs::create_directories(pets.path("VOCdevkit/VOC2012/ImageSets/Main"));
  refused(pets.evaluate("voc", "VOCdevkit", "results.json"), 2, "holds several VOC folders");
}
