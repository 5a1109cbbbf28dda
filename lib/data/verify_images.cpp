#include "data/verify_images.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "data/class_labels.h"
#include "data/dataset.h"
#include "data/decode_all.h"
#include "data/display_name.h"
#include "data/image_folder.h"

namespace tnn {
namespace {

constexpr size_t kNamedClasses = 20;  ///< of those without an image

class ImageVerifier {
 public:
  ImageVerifier(const DatasetCard& card, VerifyReport& report, Progress& progress) : card_(card), report_(report), progress_(progress) {}

  std::vector<int64_t> verify(const std::string& split) {
    ImageSet set;
    try {
      set = load_split(card_, report_.folder, split);
    } catch (const DataError& error) {
      report_.findings.push_back({report_.folder, fmt::format("{}: {}", split, error.what())});
      return std::vector<int64_t>(card_.classes.size(), 0);
    }
    left_out_ += set.encoded->left_out().count();
    if (set.encoded->left_out().count() > 0) report_.note += fmt::format("{}: {}\n", split, set.encoded->left_out().files());
    const auto counts = count_classes(labels_of(set), card_.classes.size());
    check_links(split, labels_of(set));
    check_counts(split, set.size(), counts);
    decode_all(*set.encoded, set.size(), "verify " + split, progress_, report_.findings);
    return counts;
  }

  /// Files that are no images of the splits so far.
  int64_t left_out() const { return left_out_; }

 private:
  /// Class folders without an image are found by their classes; those that are no classes, since they lead nowhere, by their names.
  void check_links(const std::string& split, const std::vector<int>& labels) {
    if (is_packed(report_.folder)) return;
    const std::filesystem::path folder = split_folder(report_.folder, card_.split(split)).value();
    for (const std::string& name : empty_class_folders(card_, folder, labels))
      if (std::find(card_.class_folders.begin(), card_.class_folders.end(), name) == card_.class_folders.end())
        report_.findings.push_back({folder / name, "a link that leads to no folder"});
  }

  void check_counts(const std::string& split, int64_t images, const std::vector<int64_t>& counts) {
    const int64_t expected = card_.split(split).images();
    if (expected > 0 && images != expected)
      report_.findings.push_back({report_.folder, fmt::format("{}: expected {} images, found {}", split, expected, images)});
    std::vector<std::string> missing;
    for (size_t i = 0; i < counts.size(); ++i)
      if (counts[i] == 0) missing.push_back(card_.classes[i]);
    if (missing.empty()) return;
    const size_t more = missing.size() - std::min(missing.size(), kNamedClasses);
    missing.resize(missing.size() - more);
    report_.findings.push_back({report_.folder, fmt::format("{}: no image of {} of {} classes: {}{}{}", split, missing.size() + more,
                                                            counts.size(), fmt::join(missing, ", "),
                                                            more ? fmt::format(" and {} more", more) : "", where_missing(split, counts))});
  }

  /// Whether the classes without an image have no folder in the split at all.
  std::string where_missing(const std::string& split, const std::vector<int64_t>& counts) const {
    if (is_packed(report_.folder)) return "";
    const std::filesystem::path folder = split_folder(report_.folder, card_.split(split)).value();
    for (size_t i = 0; i < counts.size(); ++i)
      if (std::error_code ignored; counts[i] == 0 && std::filesystem::is_directory(folder / card_.class_folders[i], ignored)) return "";
    return class_folders(folder).empty() ? "" : fmt::format(" (no such folder in '{}')", display_name(folder.string()));
  }

  const DatasetCard& card_;
  VerifyReport& report_;
  Progress& progress_;
  int64_t left_out_ = 0;
};

}  // namespace

VerifyReport verify_images(const DatasetCard& card, const std::filesystem::path& location, Progress& progress) {
  VerifyReport report;
  report.folder = location;
  ImageVerifier verifier(card, report, progress);
  report.train_counts = verifier.verify("train");
  report.test_counts = verifier.verify("test");
  if (verifier.left_out() == 0 && !is_packed(location)) report.note = "no file is left out\n";
  return report;
}

}  // namespace tnn
