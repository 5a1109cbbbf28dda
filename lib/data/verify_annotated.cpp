#include "data/verify_annotated.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/error.h"
#include "data/annotated_folder.h"
#include "data/annotated_images.h"
#include "data/box_targets.h"
#include "data/dataset.h"
#include "data/decode_all.h"
#include "data/lenient_annotations.h"

namespace tnn {
namespace {

constexpr double kTolerance = 1;  ///< pixels that a box may reach beyond its image, as COCO's rounded ones do

/// Images and objects a class.
struct ClassCounts {
  std::vector<int64_t> images, objects;
};

class AnnotatedVerifier {
 public:
  AnnotatedVerifier(const DatasetCard& card, VerifyReport& report, Progress& progress)
      : card_(card), report_(report), progress_(progress) {}

  ClassCounts verify(const std::string& split) {
    const size_t classes = card_.classes.size();
    ClassCounts counts{std::vector<int64_t>(classes, 0), std::vector<int64_t>(classes, 0)};
    ImageSet set;
    try {
      set = read(split);
    } catch (const DataError& error) {
      report_.findings.push_back({report_.folder, fmt::format("{}: {}", split, error.what())});
      return counts;
    }
    const AnnotatedImages& annotations = boxes_of(*set.targets).annotations();
    check_names(annotations, *set.encoded);
    check_boxes(annotations, *set.encoded);
    count(annotations, counts);
    check_counts(split, set.size(), counts);
    decode_all(*set.encoded, set.size(), "verify " + split, progress_, report_.findings);
    const LeftOut& lost = set.encoded->left_out();
    int64_t objects = 0;
    for (const int64_t some : counts.objects) objects += some;
    report_.note += fmt::format("{}: {} images, {} objects{}\n", split, set.size(), objects, lost.empty() ? "" : "; " + lost.files());
    return counts;
  }

 private:
  /// Of voc annotation by annotation, so that one fault hides no other.
  ImageSet read(const std::string& split) {
    const DatasetSplit& wanted = card_.split(split);
    if (is_packed(report_.folder) || card_.format != DatasetFormat::voc || !has_annotated_split(card_, report_.folder, wanted))
      return load_split(card_, report_.folder, split);
    return annotated_set(read_voc_leniently(card_, report_.folder, wanted, report_.findings),
                         *annotated_images_folder(card_, report_.folder, wanted));
  }

  void check_names(const AnnotatedImages& annotations, const EncodedImages& images) {
    std::map<std::string, int64_t> uses;
    for (const AnnotatedImage& image : annotations.images) ++uses[image.file];
    for (size_t i = 0; i < annotations.images.size(); ++i)
      if (auto& times = uses[annotations.images[i].file]; times > 1) {
        report_.findings.push_back({images.name(i), fmt::format("named by {} images", times)});
        times = 0;  // told once
      }
  }

  void check_boxes(const AnnotatedImages& annotations, const EncodedImages& images) {
    for (size_t i = 0; i < annotations.images.size(); ++i) {
      const AnnotatedImage& image = annotations.images[i];
      if (image.width == 0 || image.height == 0) continue;
      for (size_t k = 0; k < image.objects.size(); ++k) {
        const auto& [x1, y1, x2, y2] = image.objects[k].box;
        if (x1 >= -kTolerance && y1 >= -kTolerance && x2 <= image.width + kTolerance && y2 <= image.height + kTolerance) continue;
        report_.findings.push_back(
            {images.name(i), fmt::format("object {} ({}): its box from ({}, {}) to ({}, {}) reaches beyond the image of {} x {}", k + 1,
                                         annotations.categories[static_cast<size_t>(image.objects[k].category)], x1, y1, x2, y2,
                                         image.width, image.height)});
      }
    }
  }

  static void count(const AnnotatedImages& annotations, ClassCounts& counts) {
    for (const AnnotatedImage& image : annotations.images) {
      std::set<int> shown;
      for (const AnnotatedObject& object : image.objects) {
        ++counts.objects.at(static_cast<size_t>(object.category));
        if (shown.insert(object.category).second) ++counts.images.at(static_cast<size_t>(object.category));
      }
    }
  }

  void check_counts(const std::string& split, int64_t images, const ClassCounts& counts) {
    const int64_t expected = card_.split(split).images();
    if (expected > 0 && images != expected)
      report_.findings.push_back({report_.folder, fmt::format("{}: expected {} images, found {}", split, expected, images)});
    std::vector<std::string> absent;
    for (size_t i = 0; i < counts.objects.size(); ++i)
      if (counts.objects[i] == 0) absent.push_back(card_.classes[i]);
    if (!absent.empty())
      report_.findings.push_back({report_.folder, fmt::format("{}: no object of {} of {} classes: {}", split, absent.size(),
                                                              counts.objects.size(), fmt::join(absent, ", "))});
  }

  const DatasetCard& card_;
  VerifyReport& report_;
  Progress& progress_;
};

}  // namespace

VerifyReport verify_annotated(const DatasetCard& card, const std::filesystem::path& location, Progress& progress) {
  VerifyReport report;
  report.folder = location;
  AnnotatedVerifier verifier(card, report, progress);
  ClassCounts train = verifier.verify("train"), test = verifier.verify("test");
  report.train_counts = std::move(train.images), report.train_objects = std::move(train.objects);
  report.test_counts = std::move(test.images), report.test_objects = std::move(test.objects);
  return report;
}

}  // namespace tnn
