#include "formats/annotations/voc_results.h"

#include <filesystem>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

const AnnotatedImages kTruth{{"dog", "hotdog"}, {1, 2}, {{"000005.jpg", 0, 0, 0, {}}, {"000007.png", 1, 0, 0, {}}}};

struct Results {
  TemporaryFolder folder;
  void add(const std::string& name, const std::string& lines) const { write_file_atomically(folder.path() / name, lines); }
  DetectionLists read(const std::string& set = "test") const { return read_voc_results(folder.path(), set, kTruth); }
};

}  // namespace

TEST_CASE("VOC's own results become half-open boxes, a file a class") {
  const Results results;
  results.add("comp4_det_test_dog.txt", "000007 0.25 1 2 10 20\r\n\r\n000005  -1e-3\t48.5 240.7 195.3 371\n000007 0.5 3 3 3 3");
  results.add("comp4_det_test_hotdog.txt", "");
  results.add("comp4_det_val_dog.txt", "damaged");
  const DetectionLists detections = results.read();
  REQUIRE(detections.size() == 2);
  CHECK(detections[0] == std::vector<Detection>{{{47.5, 240.7 - 1, 195.3, 371}, 0, -1e-3}});
  CHECK(detections[1] == std::vector<Detection>{{{0, 1, 10, 20}, 0, 0.25}, {{2, 2, 3, 3}, 0, 0.5}});
}

TEST_CASE("damaged results of VOC are refused with file and line") {
  const auto refused = [](const std::string& lines, const std::string& what) {
    const Results results;
    results.add("comp4_det_test_dog.txt", "000005 1 1 1 2 2\n" + lines);
    results.add("comp4_det_test_hotdog.txt", "");
    CHECK_THROWS_AS(results.read(), DataError);
    CHECK_THROWS_WITH(results.read(), ContainsSubstring("comp4_det_test_dog.txt', line 2: ") && ContainsSubstring(what));
  };
  refused("000005 1 1 1 2", "5 words (allowed: image score xmin ymin xmax ymax)");
  refused("000006 1 1 1 2 2", "image '000006' is none of the ground truth's 2");
  refused("000005 nan 1 1 2 2", "'nan' is not a finite number");
  refused("000005 1 1 1 2 2x", "'2x' is not a finite number");
  refused("000005 1 5 1 2 2", "the box from (5, 1) to (2, 2) has its corners the wrong way round");
}

TEST_CASE("results of VOC need one file for each class") {
  const Results results;
  results.add("comp4_det_test_dog.txt", "");
  CHECK_THROWS_WITH(results.read(), ContainsSubstring("no results for 1 of 2 classes: ..._det_test_hotdog.txt"));
  results.add("comp4_det_test_hotdog.txt", "");
  CHECK(results.read() == DetectionLists(2));
  results.add("comp3_det_test_dog.txt", "");
  CHECK_THROWS_WITH(results.read(), ContainsSubstring("class 'dog' has two files"));
}
