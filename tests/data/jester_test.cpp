#include "data/jester.h"

#include <cstdlib>
#include <functional>

#include "catch_compat.h"
#include "clip_tree.h"
#include "core/atomic_file.h"
#include "data/class_labels.h"
#include "data/dataset.h"
#include "data/set_identity.h"
#include "data/verify.h"
#include "temporary_folder.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

namespace {

std::shared_ptr<const ImageSet> load(const DatasetCard& card, const fs::path& folder, const std::string& split = "train") {
  return std::make_shared<const ImageSet>(load_split(card, folder, split));
}

/// "clip: problem" of each finding.
std::string findings_of(const DatasetCard& card, const fs::path& folder) {
  std::string text;
  for (const Finding& finding : verify_dataset(card, folder).findings)
    text += finding.file.filename().string() + ": " + finding.problem + "\n";
  return text;
}

}  // namespace

TEST_CASE("classes of jester are those of the label list, clips those of the train and validation lists, in their order") {
  const TemporaryFolder folder;
  for (const std::string lists : {"", "annotations"}) {
    const fs::path root = folder.path() / ("lists" + lists);
    const DatasetCard card = write_jester_tree(root, lists);
    CHECK(card.classes == std::vector<std::string>{"Swiping Left", "Swiping Right", "Doing other things"});
    const auto train = load(card, root), test = load(card, root, "test");
    CHECK((train->size() == 6 && test->size() == 3 && !train->encoded && train->channels == 3));
    CHECK(labels_of(*train) == std::vector<int>{0, 1, 2, 0, 1, 2});
    CHECK(labels_of(*test) == std::vector<int>{1, 0, 2});
    CHECK(train->clips->name(0) == (root / "20bn-jester-v1/3").string());
    CHECK(train->clips->name_in_class(3) == "6");
    CHECK(train->clips->open(3)->frames() == 10);
    CHECK(labels_of(*std::make_shared<const ImageSet>(load_split(card, root, "train", 2))) == std::vector<int>{0, 0});
    CHECK(locate(card, root) == root);
    CHECK(set_identity(*train) != set_identity(*test));
  }
}

TEST_CASE("jester is used under lists of other names, of which there is one of each kind") {
  const TemporaryFolder folder;
  const DatasetCard card = write_jester_tree(folder.path(), "annotations", "asl");
  CHECK(load(card, folder.path())->size() == 6);
  CHECK(findings_of(card, folder.path()).empty());  // the card's numbers of clips are those of Jester's own lists
  write_file_atomically(folder.path() / "jester-v1-train.csv", "1;Swiping Left\n");
  CHECK_THROWS_WITH(load(card, folder.path()),
                    ContainsSubstring("more than one list of training clips") && ContainsSubstring("annotations/asl-train.csv"));
  fs::remove(folder.path() / "annotations/asl-train.csv");
  CHECK_THAT(findings_of(card, folder.path()), ContainsSubstring("train: expected 118562 clips, found 1"));
  write_file_atomically(folder.path() / "jester-v1-train.csv", "1\n2\n");
  CHECK_THROWS_WITH(load(card, folder.path()), ContainsSubstring("have no labels"));
  fs::remove_all(folder.path() / "20bn-jester-v1");
  CHECK_THROWS_WITH(locate(card, folder.path()), ContainsSubstring("20bn-jester-v1, a list of classes"));
}

TEST_CASE("batches of clips are [N, C, T, H, W] and do not depend on the number of workers") {
  const TemporaryFolder folder;
  const DatasetCard card = write_jester_tree(folder.path());
  const auto set = load(card, folder.path());
  const auto alone = clip_epoch(set, clip_loader_options(0), 1);
  REQUIRE(alone.size() == 2);
  CHECK(alone[0].inputs.shape == std::vector<int64_t>{4, 3, 4, 12, 16});
  CHECK(alone[1].inputs.shape == std::vector<int64_t>{2, 3, 4, 12, 16});
  for (const int workers : {1, 3}) CHECK(same_batches(clip_epoch(set, clip_loader_options(workers), 1), alone));
  CHECK_FALSE(same_batches(clip_epoch(set, clip_loader_options(2), 2), alone));
  const auto plain = clip_epoch(set, clip_loader_options(2, false), 1);
  CHECK(same_batches(clip_epoch(set, clip_loader_options(0, false), 2), plain));
}

TEST_CASE("a damaged clip of any kind stops the loader by its name, or is left out and counted once, and verification names it") {
  const TemporaryFolder folder;
  const DatasetCard card = write_jester_tree(folder.path(), "", "own");
  const fs::path clips = folder.path() / "20bn-jester-v1";
  const auto replace = [&](const char* frame, const std::string& bytes) { write_file_atomically(clips / frame, bytes); };
  struct Fault {
    const char* id;
    std::function<void()> cause;
    const char* problem;
  };
  const Fault faults[] = {{"1", [&] { fs::remove_all(clips / "1"); }, "no folder of this clip"},
                          {"2", [&] { fs::remove_all(clips / "2"), fs::create_directory(clips / "2"); }, "no frame in it"},
                          {"3", [&] { fs::remove(clips / "3/00004.jpg"); }, "frame 4 is missing"},
                          {"4", [&] { replace("4/00003.jpg", "no image"); }, "frame 00003.jpg: "},
                          {"5", [&] { write_clip(clips / "5", 9, 24, 30, 2); }, "frame 00002.jpg has 24 x 30 pixels, '00001.jpg' 20 x 30"},
                          {"6", [&] { replace("6/00005.jpg", read_file(clips / "6/00005.jpg").substr(0, 300)); }, "frame 00005.jpg: "}};
  int64_t damaged = 0;
  for (const Fault& fault : faults) {
    fault.cause();
    ++damaged;
    const auto set = load(card, folder.path());
    LoaderOptions options = clip_loader_options(2, false);
    options.augmentation.frames = 16;  // all frames of each
    options.augmentation.decoding.damaged = DamagePolicy::skip;
    int64_t left = 0;
    if (damaged < 6) {
      for (int epoch = 0; epoch < 2; ++epoch)
        for (const Batch& batch : clip_epoch(set, options, epoch)) left += batch.size;
      CHECK(left == 2 * (6 - damaged));
    } else {
      CHECK_THROWS_WITH(clip_epoch(set, options), ContainsSubstring("all 6 clips are damaged"));
    }
    CHECK(set->clips->damage().count() == damaged);
    bool named = false;
    for (const auto& [name, problem] : set->clips->damage().take_new())
      named = named || (name == (clips / fault.id).string() && problem.find(fault.problem) != std::string::npos);
    INFO(fault.problem);
    CHECK(named);
    options.augmentation.decoding.damaged = DamagePolicy::stop;
    CHECK_THROWS_WITH(clip_epoch(set, options), ContainsSubstring(": damaged: ") && ContainsSubstring("data.damaged: skip"));
    CHECK_THAT(findings_of(card, folder.path()), ContainsSubstring(std::string(fault.id) + ": " + fault.problem));
  }
  CHECK(verify_dataset(card, folder.path()).findings.size() == 6);
}

TEST_CASE("verification counts clips by class and finds those that are trained on and tested") {
  const TemporaryFolder folder;
  const DatasetCard card = write_jester_tree(folder.path(), "", "own");
  const VerifyReport report = verify_dataset(card, folder.path());
  CHECK((report.ok() && report.train_counts == std::vector<int64_t>{2, 2, 2} && report.test_counts == std::vector<int64_t>{1, 1, 1}));
  write_file_atomically(folder.path() / "own-validation.csv", "9;Swiping Right\n2;Swiping Left\n");
  CHECK(findings_of(card, folder.path()) == folder.path().filename().string() + ": test: no clip of 1 of 3 classes: Doing other things\n" +
                                                "2: clip 2 is in the list of training clips and in that of test clips\n");
}

TEST_CASE("clips in Jester's layout under lists of their own are read, verified and batched") {
  const char* const data = std::getenv("TNN_DATA");
  if (!data) TNN_SKIP("TNN_DATA is not set");
  const fs::path root = fs::path(data) / "jester-layout-part";
  if (!fs::exists(root)) TNN_SKIP("no jester-layout-part in TNN_DATA");
  const DatasetCard card = complete_card(shipped_clip_card("jester"), locate(shipped_clip_card("jester"), root));
  CHECK(card.classes.size() == 8);
  const VerifyReport report = verify_dataset(card, root);
  CHECK((report.ok() && report.train_counts == std::vector<int64_t>(8, 6) && report.test_counts == std::vector<int64_t>(8, 2)));
  const auto batches = clip_epoch(load(card, root), clip_loader_options(2));
  REQUIRE(batches.size() == 12);
  CHECK(batches[0].inputs.shape == std::vector<int64_t>{4, 3, 4, 12, 16});
}
