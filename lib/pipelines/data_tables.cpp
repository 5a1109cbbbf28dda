#include "pipelines/data_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>

#include "core/error.h"
#include "core/output_place.h"
#include "core/temporary_files.h"
#include "data/dataset.h"
#include "data/display_name.h"
#include "data/loading_speed.h"
#include "data/packed_clips.h"
#include "data/verify.h"
#include "pipelines/experiment.h"
#include "pipelines/output_check.h"

namespace tnn {

namespace {

/// Columns with the objects of each class.
void add_objects(const VerifyReport& report, Table& table) {
  for (const auto& [name, counts] : {std::pair{"train_objects", &report.train_objects}, {"test_objects", &report.test_objects}}) {
    table.columns.emplace_back(name);
    table.numeric.push_back(true);
    for (size_t i = 0; i < table.rows.size(); ++i) table.rows[i].push_back(std::to_string(counts->at(i)));
  }
}

}  // namespace

VerifiedData verify_data(const std::string& name, const std::string& data_root, Progress& progress) {
  DatasetCard card = load_card(card_folders(), name);
  const VerifyReport report = verify_dataset(card, data_root_or_default(data_root), &progress);
  card = complete_card(std::move(card), report.folder);
  VerifiedData result{{{"file", "problem"}, {}, {}}, {}, report.ok()};
  for (const Finding& finding : report.findings)
    result.table.rows.push_back({display_name(finding.file.string()), display_name(finding.problem)});
  if (report.ok()) {
    const std::string noun = card.noun();
    result.table = {{"class", "train_" + noun, "test_" + noun}, {}, {false, true, true}};
    for (size_t i = 0; i < card.classes.size(); ++i)
      result.table.rows.push_back({card.classes[i], std::to_string(report.train_counts.at(i)), std::to_string(report.test_counts.at(i))});
    if (card.has_boxes()) add_objects(report, result.table);
  }
  const size_t faults = report.findings.size();
  result.summary = fmt::format("{}{}: {} in {}", report.note, card.title,
                               report.ok() ? "everything as its card says" : fmt::format("{} fault{}", faults, faults == 1 ? "" : "s"),
                               report.folder.string());
  return result;
}

Table data_list() {
  Table table{{"name", "title", "images", "classes", "card", "source"}, {}, {false, false, false, true, false, false}};
  const auto count = [](int64_t images) { return images > 0 ? std::to_string(images) : "any"; };  // whatever the user's folders hold
  for (const std::filesystem::path& file : card_files(card_folders())) {
    const DatasetCard card = read_card(file);
    const int64_t train = card.train.images(), test = card.test.images();
    table.rows.push_back({card.name, card.title, train + test == 0 ? "any" : fmt::format("{} + {}", count(train), count(test)),
                          card.classes.empty() ? "" : std::to_string(card.classes.size()), file.string(), card.source});
  }
  return table;
}

namespace {

/// UsageError where the packed file would replace one of the images; SystemError where it cannot be written.
void check_packed_file(const std::filesystem::path& file, const std::filesystem::path& images) {
  CommandInputs().check("FILE", file);
  std::error_code fault;
  const std::filesystem::path place = std::filesystem::weakly_canonical(output_place(file).path, fault);
  const std::filesystem::path folder = std::filesystem::weakly_canonical(images, fault);
  const bool inside = std::mismatch(folder.begin(), folder.end(), place.begin(), place.end()).first == folder.end();
  if (inside && std::filesystem::exists(place, fault) && place.extension() != ".h5")
    throw UsageError(fmt::format("'{}' leads to '{}', a file of the data set, which would be lost", file.string(), place.string()));
}

}  // namespace

std::string pack_data(const PackOptions& options, Progress& progress) {
  const DatasetCard named = load_card(card_folders(), options.name);
  if (!named.is_encoded())
    throw UsageError(
        fmt::format("'{}' is one file a split already: image folders (imagenet, image_folder), clips (jester, clip_folder) and images with "
                    "boxes (voc2007, coco2017) are packed",
                    options.name));
  if (options.damaged != "stop" && options.damaged != "skip")
    throw UsageError(unknown_name_message("--damaged", options.damaged, {"stop", "skip"}));
  if (std::filesystem::exists(options.file) && !options.overwrite)
    throw UsageError(fmt::format("'{}' is there already: --overwrite replaces it", options.file.string()));
  const auto folder = locate(named, data_root_or_default(options.data_root));
  check_packed_file(options.file, folder);
  remove_abandoned_files(options.file.has_parent_path() ? options.file.parent_path() : std::filesystem::path("."));
  if (is_packed(folder)) throw UsageError(fmt::format("'{}' is packed already", folder.string()));
  const DatasetCard card = complete_card(named, folder);
  DamageLog damage;
  const auto policy = options.damaged == "skip" ? DamagePolicy::skip : DamagePolicy::stop;
  std::string packed;  // in words, and bytes
  int64_t bytes = 0;
  if (card.has_clips()) {
    const PackedClipCount count = pack_clips(card, folder, options.file, policy, options.workers, damage, progress);
    packed = fmt::format("{} clips of {} frames", count.clips, count.frames);
    bytes = count.bytes;
  } else {
    const PackedCount count = pack_images(card, folder, options.file, policy, options.workers, damage, progress);
    packed = fmt::format("{} images", count.images);
    bytes = count.bytes;
  }
  for (const auto& [name, problem] : damage.take_new()) progress.message(fmt::format("{}: damaged, left out: {}", name, problem));
  return fmt::format("{}: {} of {}, {:.1f} MB{}", options.file.string(), packed, folder.string(), static_cast<double>(bytes) / 1e6,
                     damage.count() ? fmt::format("; {} damaged {} left out", damage.count(), card.noun()) : "");
}

namespace {

/// Shares are of the time that the threads spent on clips, summed over threads.
Table clip_loading_speed(const LoadingOptions& options, const std::shared_ptr<const ImageSet>& set, std::vector<uint32_t> all,
                         LoaderOptions loading) {
  const auto times = std::make_shared<LoadingTimes>();
  loading.augmentation.decoding.times = times;
  Loader loader(set, std::move(all), loading);
  const LoadingSpeed speed = measure_loading(loader, options.seconds);
  const auto share = [&](const std::atomic<int64_t>& part) {
    const auto whole = static_cast<double>(times->whole);
    return fmt::format("{:.3f}", whole > 0 ? static_cast<double>(part) / whole : 0);
  };
  Table table{{"data", "split", "workers", "clips", "seconds", "clips_per_second", "reading_share", "decoding_share"},
              {},
              {false, false, true, true, true, true, true, true}};
  table.rows.push_back({options.name, options.split, std::to_string(options.workers), std::to_string(speed.images),
                        fmt::format("{:.3f}", speed.seconds), fmt::format("{:.1f}", speed.images_per_second()), share(times->reading),
                        share(times->decoding)});
  return table;
}

}  // namespace

Table loading_speed(const LoadingOptions& options) {
  if (options.image_size.size() > 2)
    throw UsageError(fmt::format("--image-size has {} numbers (allowed: one side, or HEIGHT,WIDTH)", options.image_size.size()));
  const DatasetOnDisk dataset = find_dataset(options.name, options.data_root);
  const auto set = std::make_shared<const ImageSet>(load_split(dataset.card, dataset.folder, options.split));
  LoaderOptions loading;
  loading.batch_size = options.batch_size;
  loading.workers = options.workers;
  loading.shuffle = options.augment;
  loading.channels_last = true;
  const std::vector<int> sides = options.image_size.empty() ? std::vector<int>{dataset.card.has_boxes() ? 1000 : 224} : options.image_size;
  if (set->samples()) loading.augmentation.image_size = {sides.front(), sides.back()};
  if (dataset.card.has_boxes()) loading.augmentation.decoding.whole = {true, options.short_side, options.long_side};
  if (set->clips) loading.augmentation.frames = options.frames;
  loading.augmentation.mean = dataset.card.mean;
  loading.augmentation.std = dataset.card.std;
  loading.augmentation.augment = options.augment;
  loading.augmentation.flip = options.augment && dataset.card.flip;
  loading.augmentation.decoding.damaged = DamagePolicy::skip;
  std::vector<uint32_t> all(static_cast<size_t>(set->size()));
  std::iota(all.begin(), all.end(), 0U);
  if (set->clips) return clip_loading_speed(options, set, std::move(all), loading);
  Loader loader(set, std::move(all), loading);
  const LoadingSpeed speed = measure_loading(loader, options.seconds);
  Table table{{"data", "split", "workers", "images", "seconds", "images_per_second"}, {}, {false, false, true, true, true, true}};
  table.rows.push_back({options.name, options.split, std::to_string(options.workers), std::to_string(speed.images),
                        fmt::format("{:.3f}", speed.seconds), fmt::format("{:.1f}", speed.images_per_second())});
  return table;
}

}  // namespace tnn
