#include "clip_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/atomic_file.h"
#include "data/dataset_folder.h"
#include "image_files.h"

namespace tnn::test {
namespace fs = std::filesystem;

void write_clip(const fs::path& folder, int frames, int height, int width, int first) {
  fs::create_directories(folder);
  for (int i = first; i < first + frames; ++i) {
    const auto seed = static_cast<uint64_t>(i) + std::hash<std::string>()(folder.filename().string()) % 1000;
    const auto bytes = jpeg_bytes(test_picture(height, width, 3, seed), {});
    write_file_atomically(folder / fmt::format("{:05}.jpg", i), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
}

DatasetCard shipped_clip_card(const std::string& name) { return load_card(fs::path(TNN_SOURCE_DIR) / "datasets", name); }

DatasetCard write_jester_tree(const fs::path& folder, const std::string& lists, const std::string& prefix) {
  for (int id = 1; id <= 9; ++id) write_clip(folder / "20bn-jester-v1" / std::to_string(id), 4 + id);
  fs::create_directories(folder / lists);
  const auto write = [&](const std::string& kind, const std::string& text) {
    write_file_atomically(folder / lists / (prefix + "-" + kind + ".csv"), text);
  };
  write("labels", "Swiping Left\nSwiping Right\nDoing other things\n");
  write("train", "3;Swiping Left\n1;Swiping Right\n2;Doing other things\n6;Swiping Left\n5;Swiping Right\n4;Doing other things\n");
  write("validation", "9;Swiping Right\n7;Swiping Left\n8;Doing other things\n");
  write("test", "1000\n1001\n");
  return complete_card(shipped_clip_card("jester"), folder);
}

DatasetCard write_clip_folder_tree(const fs::path& folder) {
  for (const auto& [split, clips] : {std::pair{"train", 3}, std::pair{"val", 2}})
    for (const char* name : {"come", "go"})
      for (int i = 0; i < clips; ++i) write_clip(folder / split / name / fmt::format("{}{}", split, i), 6);
  return complete_card(shipped_clip_card("clip_folder"), folder);
}

LoaderOptions clip_loader_options(int workers, bool augment) {
  LoaderOptions options;
  options.batch_size = 4;
  options.workers = workers;
  options.seed = 5;
  options.augmentation.image_size = {12, 16};
  options.augmentation.frames = 4;
  options.augmentation.mean = {0.5F, 0.5F, 0.5F};
  options.augmentation.std = {0.2F, 0.2F, 0.2F};
  options.augmentation.augment = augment;
  return options;
}

std::vector<Batch> clip_epoch(const std::shared_ptr<const ImageSet>& set, const LoaderOptions& options, int64_t epoch) {
  std::vector<uint32_t> all(static_cast<size_t>(set->size()));
  std::iota(all.begin(), all.end(), 0u);
  Loader loader(set, all, options);
  std::vector<Batch> batches;
  Batch batch;
  for (loader.start_epoch(epoch); loader.next(batch);) batches.push_back(batch);
  return batches;
}

bool same_batches(const std::vector<Batch>& a, const std::vector<Batch>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Batch& x, const Batch& y) {
    return x.inputs.shape == y.inputs.shape && x.inputs.values == y.inputs.values && x.targets == y.targets && x.indices == y.indices;
  });
}

}  // namespace tnn::test
