#include "data/verify_clips.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/processor.h"
#include "data/blocks.h"
#include "data/class_labels.h"
#include "data/clip_check.h"
#include "data/dataset.h"
#include "data/jester.h"
#include "data/parallel.h"

namespace tnn {
namespace {

constexpr size_t kBlock = 64;  ///< clips between two looks at progress and interruptions

class ClipVerifier {
 public:
  ClipVerifier(const DatasetCard& card, VerifyReport& report, Progress& progress) : card_(card), report_(report), progress_(progress) {}

  std::vector<int64_t> verify(const std::string& split) {
    ImageSet set;
    try {
      set = load_split(card_, report_.folder, split);
    } catch (const DataError& error) {
      find(report_.folder, fmt::format("{}: {}", split, error.what()));
      return std::vector<int64_t>(card_.classes.size(), 0);
    }
    if (const LeftOut& rest = set.clips->left_out(); rest.count() > 0) report_.note += fmt::format("{}: {}\n", split, rest.files());
    const auto counts = count_classes(labels_of(set), card_.classes.size());
    const int64_t expected = expected_clips(split);
    if (expected > 0 && set.size() != expected)
      find(report_.folder, fmt::format("{}: expected {} clips, found {}", split, expected, set.size()));
    if (const std::string empty = classes_without_clips(counts, card_.classes); !empty.empty())
      find(report_.folder, fmt::format("{}: {}", split, empty));
    check_not_in_both(split, set);
    decode_all(split, set);
    return counts;
  }

 private:
  void find(const std::filesystem::path& file, const std::string& problem) { report_.findings.push_back({file, problem}); }

  /// What the card says of the list that is there; 0: nothing.
  int64_t expected_clips(const std::string& split) const {
    const DatasetSplit& of = card_.split(split);
    if (card_.format != DatasetFormat::jester) return of.images();
    if (is_packed(report_.folder)) return 0;  // it does not say by which list it was packed
    return jester_list(card_, report_.folder, split).filename() == of.lists.front() ? of.images() : 0;
  }

  /// Of jester, whose ids are those of one folder, a clip that is trained on and tested.
  void check_not_in_both(const std::string& split, const ImageSet& set) {
    if (card_.format != DatasetFormat::jester) return;
    for (size_t i = 0; i < static_cast<size_t>(set.size()); ++i)
      if (const std::string id = set.clips->name_in_class(i); !ids_.insert(id).second)
        find(set.clips->name(i), fmt::format("clip {} is in the list of training clips and in that of test clips", id));
    if (split == "test") ids_.clear();
  }

  void decode_all(const std::string& split, const ImageSet& set) {
    const auto size = static_cast<size_t>(set.size());
    const int workers = available_processors();
    std::vector<std::string> problems(size);
    for_each_block("verify " + split, {size, kBlock, "clips"}, progress_, [&](size_t first, size_t count) {
      for_each_in_parallel(count, workers, [&](size_t i) { problems[first + i] = problem_of(set, first + i); });
    });
    for (size_t i = 0; i < size; ++i)
      if (!problems[i].empty()) find(set.clips->name(i), problems[i]);
  }

  static std::string problem_of(const ImageSet& set, size_t index) {
    thread_local std::vector<std::vector<uint8_t>> frames;
    try {
      read_sound_frames(*set.clips->open(index), frames);
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  }

  const DatasetCard& card_;
  VerifyReport& report_;
  Progress& progress_;
  std::set<std::string> ids_;  ///< of the splits so far
};

}  // namespace

VerifyReport verify_clips(const DatasetCard& card, const std::filesystem::path& location, Progress& progress) {
  VerifyReport report;
  report.folder = location;
  ClipVerifier verifier(card, report, progress);
  report.train_counts = verifier.verify("train");
  report.test_counts = verifier.verify("test");
  return report;
}

}  // namespace tnn
