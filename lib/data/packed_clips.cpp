#include "data/packed_clips.h"

#include <fmt/format.h>

#include "core/error.h"
#include "data/class_labels.h"
#include "data/packed_samples.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

class PackedClip : public OpenClip {
 public:
  PackedClip(const PackedSamples& samples, size_t index) : samples_(samples), index_(index) {}
  size_t frames() const override { return samples_.files(index_); }
  std::string frame_name(size_t frame) const override { return std::to_string(frame + 1); }
  void read(size_t frame, std::vector<uint8_t>& bytes) const override { samples_.read(index_, frame, bytes); }

 private:
  const PackedSamples& samples_;
  size_t index_;
};

class PackedClips : public EncodedClips {
 public:
  PackedClips(const fs::path& path, const std::string& split) : samples_(path, split, PackedSamples::Kind::clips) {}
  std::string name(size_t index) const override { return samples_.name(index); }
  std::string name_in_class(size_t index) const override {
    const std::string& name = samples_.packed_name(index);
    return name.substr(name.rfind('/') + 1);  // npos + 1 is 0
  }
  std::unique_ptr<const OpenClip> open(size_t index) const override { return std::make_unique<PackedClip>(samples_, index); }
  std::vector<int> choose(const std::vector<std::string>& classes, int64_t limit) { return samples_.choose(classes, limit); }

 private:
  PackedSamples samples_;
};

}  // namespace

ImageSet read_packed_clips(const DatasetCard& card, const fs::path& file, const std::string& split, int64_t limit) {
  auto clips = open_packed(file, [&] { return std::make_shared<PackedClips>(file, split); });
  ImageSet set;
  set.channels = card.channels;
  set.targets = std::make_shared<ClassLabels>(clips->choose(card.class_folders, limit), card.classes);
  if (set.size() == 0) throw DataError(fmt::format("{}: the split '{}' has no clip", file.string(), split));
  set.clips = std::move(clips);
  return set;
}

}  // namespace tnn
