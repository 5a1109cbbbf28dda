#include "formats/annotations/coco.h"

#include <filesystem>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/read_file.h"
#include "formats/annotations/coco_results.h"
#include "formats/annotations/voc.h"
#include "temporary_folder.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

const std::string kImages = R"([{"id": 9, "file_name": "train/nine.jpg", "width": 640, "height": 480, "license": 3}, {"id": 0}])";
const std::string kCategories = R"([{"id": 90, "name": "toothbrush", "supercategory": "indoor"}, {"id": 1, "name": "person"}])";

std::string instances(const std::string& annotations, const std::string& images = kImages, const std::string& categories = kCategories) {
  return R"({"info": {"images": [1]}, "annotations": )" + annotations + R"(, "images": )" + images + R"(, "categories": )" + categories +
         "}";
}

AnnotatedImages read_text(const std::string& text) {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "f.json", text);
  return read_coco(folder.path() / "f.json");
}

DetectionLists read_results_text(const std::string& text) {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "r.json", text);
  return read_coco_results(folder.path() / "r.json", read_text(instances("[]")));
}

void refused(const std::string& text, const std::string& what) {
  CHECK_THROWS_AS(read_text(text), DataError);
  CHECK_THROWS_WITH(read_text(text), ContainsSubstring("f.json'") && ContainsSubstring(what));
}

void refused_results(const std::string& text, const std::string& what) {
  CHECK_THROWS_AS(read_results_text(text), DataError);
  CHECK_THROWS_WITH(read_results_text(text), ContainsSubstring("r.json'") && ContainsSubstring(what));
}

}  // namespace

TEST_CASE("instances of COCO: boxes, crowds, areas, gaps in ids, images without annotations") {
  const AnnotatedImages read = read_text(instances(
      R"([{"id": 0, "image_id": 9, "category_id": 1, "bbox": [10.1, 20, 32, 5.5], "segmentation": [[1, 2, [3]], {"a": {}}]},)"
      R"({"id": 7, "image_id": 9, "category_id": 90, "bbox": [0, 0, 2, 3], "area": 4.5, "iscrowd": 1, "segmentation": {"size": [1]}}])"));
  CHECK(read.categories == std::vector<std::string>{"toothbrush", "person"});
  CHECK(read.category_ids == std::vector<int64_t>{90, 1});
  REQUIRE(read.images.size() == 2);
  const AnnotatedImage& nine = read.images[0];
  CHECK(nine.file == "train/nine.jpg");
  CHECK(nine.width == 640);
  CHECK(nine.objects.at(0) == AnnotatedObject{{10.1, 20, 10.1 + 32, 25.5}, 1, false, false, false, 176, 0});
  CHECK(nine.objects.at(1) == AnnotatedObject{{0, 0, 2, 3}, 0, false, false, true, 4.5, 7});
  CHECK(read.images[1].id == 0);
  CHECK(read.images[1].objects.empty());
}

TEST_CASE("damaged instances of COCO are refused with the entry") {
  const auto annotation = [](const std::string& members) { return instances(R"([{"id": 5, )" + members + "}]"); };
  const std::string of = R"("image_id": 9, "category_id": 1, )";
  refused(annotation(R"("image_id": 8, "category_id": 1, "bbox": [0, 0, 1, 1])"), "annotations[0] (id 5): 'image_id' 8 is not among");
  refused(annotation(R"("image_id": 9, "category_id": 2, "bbox": [0, 0, 1, 1])"), "annotations[0] (id 5): 'category_id' 2 is not among");
  refused(annotation(of + R"("bbox": [0, 0, 1])"), "annotations[0] (id 5): 'bbox' is [0,0,1] (allowed: [x, y, width, height]");
  refused(annotation(of + R"("bbox": [0, 0, -1, 1])"), "annotations[0] (id 5): 'bbox' is [0,0,-1,1], of negative size");
  refused(annotation(of + R"("bbox": [0, null, 1, 1])"), "'bbox' is [0,null,1,1]");
  refused(annotation(of + R"("bbox": [0, NaN, 1, 1])"), "annotations[0]: not JSON: line 1, column");
  refused(annotation(of + R"("bbox": [0, NaN, 1, 1])"), "NaN and Infinity are no numbers");
  refused(annotation(of + R"("bbox": [0, 0, 1e999, 1])"), "annotations[0]: a number that is too large");
  refused(annotation(of + R"("area": 1)"), "annotations[0] (id 5): has no 'bbox'");
  refused(annotation(of + R"("bbox": [0, 0, 1, 1], "area": -1)"), "'area' is -1");
  refused(annotation(of + R"("bbox": [0, 0, 1, 1], "area": "x")"), R"('area' is "x" (allowed: a finite number))");
  const std::string whole = R"({"id": 0, "image_id": 9, "category_id": 1, "bbox": [0, 0, 1, 1]})";
  refused(instances("[" + whole + "," + whole + "]"), "annotations[1] (id 0): an annotation before it has this id");
  refused(instances("[]", R"([{"id": 1}, {"id": 1}])"), "images[1] (id 1): an image before it has this id");
  refused(instances("[]", R"([{"id": "one"}])"), R"(images[0]: 'id' is "one" (allowed: an integer))");
  refused(instances("[]", kImages, R"([{"id": 1, "name": "a"}, {"id": 1, "name": "b"}])"), "categories[1] (id 1)");
  refused(instances("[7]"), "annotations[0]: not an object");
  refused(instances("{}"), "has no 'annotations' (needed: a list of objects)");
  refused(R"({"images": [], "categories": []})", "has no 'annotations'");
  refused("[]", "has no 'images'");
  refused(instances("[]").substr(0, 60), "not JSON: line 1, column 61: it ends too early");
  refused("", "not JSON");
}

TEST_CASE("a folder or nothing in the place of a COCO file is refused") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(read_coco(folder.path()), ContainsSubstring("it is a folder, not a file"));
  CHECK_THROWS_AS(read_coco(folder.path() / "none.json"), DataError);
  CHECK_THROWS_AS(read_coco_results(folder.path(), {}), DataError);
}

TEST_CASE("written instances of COCO are read back") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "f.json";
  AnnotatedImages images{{"a \"b\"", "c"}, {3, 18}, {{"x/ä.jpg", 12, 30, 40, {}}, {"y.jpg", 0, 0, 0, {}}}};
  images.images[0].objects = {{{10.1, 20.3, 10.1 + 32, 20.3 + 32.25}, 1, false, false, true, 3.25, 0},
                              {{1.0 / 3, 0, 7, 8}, 0, false, false, false, 1e-3, -4}};
  images.images[1].objects = {{{0, 0, 0, 0}, 0, false, false, false, 0, 1}};
  write_coco(path, images);
  CHECK(read_coco(path) == images);
  CHECK_THAT(read_file(path), ContainsSubstring("[10.1, 20.3, 32, 32.25]"));
  AnnotatedImages same_ids = images;
  same_ids.images[1].objects[0].id = 0;
  write_coco(path, same_ids);
  const AnnotatedImages counted = read_coco(path);
  CHECK(counted.images[0].objects[0].id == 1);
  CHECK(counted.images[1].objects[0].id == 3);
  same_ids.images[1].id = 12;
  CHECK_THROWS_AS(write_coco(path, same_ids), DataError);
  CHECK(read_coco(path) == counted);
  write_coco(path, {});
  CHECK(read_coco(path) == AnnotatedImages{});
}

TEST_CASE("results of COCO: ids and names, in the order of the file") {
  const DetectionLists read =
      read_results_text(R"([{"image_id": 0, "category_id": 90, "bbox": [1, 2, 3, 4], "score": 0.5, "segmentation": [[1, 2]]},)"
                        R"({"image_id": "nine", "category_id": "person", "bbox": [0, 0, 1, 1], "score": -2},)"
                        R"({"image_id": "train/nine.jpg", "category_id": 1.0, "bbox": [0, 0, 1, 0], "score": 1}])");
  REQUIRE(read.size() == 2);
  CHECK(read[0] == std::vector<Detection>{{{0, 0, 1, 1}, 1, -2}, {{0, 0, 1, 0}, 1, 1}});
  CHECK(read[1] == std::vector<Detection>{{{1, 2, 4, 6}, 0, 0.5}});
  CHECK(read_results_text("[]") == DetectionLists(2));
}

TEST_CASE("damaged results are refused with the entry") {
  const auto entry = [](const std::string& members) { return R"([{"image_id": 9, "category_id": 1, )" + members + "}]"; };
  refused_results(R"([{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1], "score": 1}])",
                  "[0]: 'image_id' 1 is none of the ground truth's 2");
  refused_results(R"([{"image_id": "ten", "category_id": 1, "bbox": [0, 0, 1, 1], "score": 1}])", R"('image_id' "ten" is none of)");
  refused_results(R"([{"image_id": 9, "category_id": 2, "bbox": [0, 0, 1, 1], "score": 1}])",
                  "'category_id' 2 is none of the ground truth's 2 categories: 90");
  refused_results(R"([{"image_id": 9, "category_id": "persons", "bbox": [0, 0, 1, 1], "score": 1}])", "did you mean 'person'?");
  refused_results(entry(R"("bbox": [0, 0, 1, 1])"), "[0]: has no 'score'");
  refused_results(entry(R"("bbox": [0, 0, 1, 1], "score": null)"), "[0]: 'score' is null");
  refused_results(entry(R"("bbox": [0, 0, 1, 1], "score": NaN)"), "[0]: not JSON");
  refused_results(entry(R"("bbox": [0, 0, 1, 1, 1], "score": 1)"), "[0]: 'bbox' is [0,0,1,1,1]");
  refused_results(R"({"annotations": []})", "not a list of objects");
  refused_results("[[]]", "[0]: not an object");
  refused_results("[1", "[0]: not an object");
}

TEST_CASE("written results are read back") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "r.json";
  const AnnotatedImages truth = read_text(instances("[]"));
  const DetectionLists detections{{{{10.1, 20.3, 42.1, 52.3}, 1, 1.0 / 3}, {{0, 0, 1, 1}, 0, -7}}, {}};
  write_coco_results(path, truth, detections);
  CHECK(read_coco_results(path, truth) == detections);
  CHECK_THAT(read_file(path), ContainsSubstring("\"category_id\": 90"));
  write_coco_results(path, truth, DetectionLists(2));
  CHECK(read_coco_results(path, truth) == DetectionLists(2));
}

TEST_CASE("the part of VOC2007 stays the same through a COCO file") {
  const fs::path voc = fs::path(test_data_root()) / "voc2007-part/VOCdevkit/VOC2007";
  if (test_data_root().empty() || !fs::exists(voc)) TNN_SKIP("TNN_DATA is not set or has no voc2007-part");
  const TemporaryFolder folder;
  AnnotatedImages images = read_voc(voc, "trainval");
  write_coco(folder.path() / "f.json", images);
  int64_t counted = 0;
  for (AnnotatedImage& image : images.images)
    for (AnnotatedObject& object : image.objects) object.difficult = object.truncated = false, object.id = ++counted;
  CHECK(read_coco(folder.path() / "f.json") == images);
}
