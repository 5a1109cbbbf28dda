#include "data/verify.h"

#include <fmt/format.h>

#include <optional>

#include "core/error.h"
#include "core/interruption.h"
#include "data/byte_source.h"
#include "data/checksum.h"
#include "data/class_labels.h"
#include "data/dataset.h"
#include "data/idx_reader.h"
#include "data/verify_annotated.h"
#include "data/verify_clips.h"
#include "data/verify_images.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

fs::path folder_to_verify(const DatasetCard& card, const DataRoot& data_root) {
  std::optional<CandidateFolder> best;
  for (auto& candidate : candidate_folders(card, data_root))
    if (!best || candidate.missing.size() < best->missing.size()) best = candidate;
  const size_t files = card.train.files.size() + card.test.files.size();
  return best && best->missing.size() < files ? best->folder : locate(card, data_root);
}

/// Verifies one split, file by file.
class SplitVerifier {
 public:
  SplitVerifier(const DatasetCard& card, VerifyReport& report, Progress& progress, int64_t& done)
      : card_(card), report_(report), progress_(progress), done_(done) {}

  /// The images a class of what could be read.
  std::vector<int64_t> verify(const DatasetSplit& split) {
    std::vector<int64_t> counts(card_.classes.size(), 0);
    for (const auto& file : split.files) {
      stop_if_interrupted();
      if (auto source = read(file)) parse(std::move(*source), file, counts);
      progress_.advance(++done_, {});
    }
    return counts;
  }

 private:
  /// The readers' messages begin with the file; a finding has it already.
  void find(const fs::path& file, const std::string& problem) {
    const std::string prefix = file.string() + ": ";
    report_.findings.push_back({file, problem.starts_with(prefix) ? problem.substr(prefix.size()) : problem});
  }

  std::optional<SourceBytes> read(const DatasetFile& file) {
    const auto path = find_source(report_.folder, file.name);
    if (!path) {
      find(report_.folder / file.name, "missing (nor is there a .gz or .xz of it)");
      return std::nullopt;
    }
    try {
      SourceBytes source = read_source(*path, file.limit());
      compare(source, file);
      return source;
    } catch (const DataError& error) {
      find(*path, error.what());
      return std::nullopt;
    }
  }

  void compare(const SourceBytes& source, const DatasetFile& file) {
    if (file.bytes > 0 && static_cast<int64_t>(source.bytes.size()) != file.bytes)
      find(source.path, fmt::format("expected {} decompressed bytes, found {}", file.bytes, source.bytes.size()));
    const auto digest = [&](const char* kind, const std::string& expected, const std::string& found) {
      if (found != expected) find(source.path, fmt::format("expected {} {}, found {}", kind, expected, found));
    };
    if (!file.md5.empty()) digest("md5", file.md5, md5_hex(source.bytes));
    if (!file.sha256.empty()) digest("sha256", file.sha256, sha256_hex(source.bytes));
  }

  void parse(SourceBytes source, const DatasetFile& file, std::vector<int64_t>& counts) {
    const fs::path path = source.path;
    try {
      const int64_t images =
          file.holds == FileContent::images ? count_images(std::move(source)) : count_labels(std::move(source), file, counts);
      if (images != file.images) find(path, fmt::format("expected {} {}, found {}", file.images, kind(file), images));
    } catch (const DataError& error) {
      find(path, error.what());
    }
  }

  static const char* kind(const DatasetFile& file) { return file.holds == FileContent::labels ? "labels" : "images"; }

  int64_t count_images(SourceBytes source) {
    const fs::path path = source.path;
    const ImageSet set = parse_idx_images(std::move(source));
    check_image_size(card_, set, path);
    return static_cast<int64_t>(set.pixels.size() / set.image_bytes());
  }

  int64_t count_labels(SourceBytes source, const DatasetFile& file, std::vector<int64_t>& counts) {
    std::vector<int> labels;
    if (file.holds == FileContent::labels) {
      labels = parse_idx_labels(source, static_cast<int>(counts.size()));
    } else {
      std::vector<SourceBytes> one;
      one.push_back(std::move(source));
      labels = labels_of(parse_split(card_, std::move(one)));
    }
    const auto found = count_classes(labels, counts.size());
    for (size_t i = 0; i < counts.size(); ++i) counts[i] += found[i];
    return static_cast<int64_t>(labels.size());
  }

  const DatasetCard& card_;
  VerifyReport& report_;
  Progress& progress_;
  int64_t& done_;
};

}  // namespace

VerifyReport verify_dataset(const DatasetCard& card, const DataRoot& data_root, Progress* progress) {
  Progress silent;
  Progress& listener = progress ? *progress : silent;
  if (card.is_encoded()) {
    const fs::path location = locate(card, data_root);
    const auto verify = card.has_clips() ? verify_clips : card.has_boxes() ? verify_annotated : verify_images;
    return verify(complete_card(card, location), location, listener);
  }
  VerifyReport report;
  report.folder = folder_to_verify(card, data_root);
  int64_t done = 0;
  listener.begin("verify " + card.name, static_cast<int64_t>(card.train.files.size() + card.test.files.size()), "files");
  SplitVerifier verifier(card, report, listener, done);
  report.train_counts = verifier.verify(card.train);
  report.test_counts = verifier.verify(card.test);
  listener.end();
  return report;
}

}  // namespace tnn
