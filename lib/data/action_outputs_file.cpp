#include "data/action_outputs_file.h"

#include "core/atomic_file.h"
#include "formats/hdf5/hdf5_arrays.h"
#include "formats/hdf5/hdf5_handle.h"
#include "formats/hdf5/hdf5_image.h"

namespace tnn {
namespace {

constexpr const char* kKey = "key";

void add(Hdf5Image& image, const std::string& group, const ActionOutputs& outputs) {
  const auto count = static_cast<uint64_t>(outputs.size()), actions = static_cast<uint64_t>(outputs.actions());
  const std::vector<int64_t> samples(outputs.samples.begin(), outputs.samples.end());
  image.add(group + "/utilizations", {actions}, std::span<const double>(outputs.utilizations), "1", "utilization of each action");
  image.add(group + "/samples", {count}, std::span<const int64_t>(samples), "1", "place of each sample in its set");
  image.add(group + "/labels", {count}, std::span<const int64_t>(outputs.labels), "1", "class of each sample");
  image.add(group + "/logits", {count, actions, static_cast<uint64_t>(outputs.classes)}, std::span<const float>(outputs.logits), "1",
            "outputs of the frozen data path");
  if (outputs.feature_count > 0)
    image.add(group + "/features", {count, static_cast<uint64_t>(outputs.feature_count)}, std::span<const float>(outputs.features), "1",
              "values inside the frozen data path at the first action");
}

ActionOutputs read(const Hdf5Arrays& file, const std::string& group) {
  ActionOutputs outputs;
  outputs.utilizations = file.doubles(group + "/utilizations");
  const std::vector<int64_t> samples = file.integers(group + "/samples");
  outputs.samples.assign(samples.begin(), samples.end());
  outputs.labels = file.integers(group + "/labels");
  const std::vector<uint64_t> shape = file.shape(group + "/logits");
  if (shape.size() != 3 || shape[0] != samples.size() || shape[1] != outputs.utilizations.size() || outputs.labels.size() != samples.size())
    throw Hdf5Error("read " + group + ": its lists do not fit each other");
  outputs.classes = static_cast<int64_t>(shape[2]);
  outputs.logits = file.floats(group + "/logits");
  if (!file.has(group + "/features")) return outputs;
  const std::vector<uint64_t> features = file.shape(group + "/features");
  if (features.size() != 2 || features[0] != samples.size()) throw Hdf5Error("read " + group + ": its features do not fit its samples");
  outputs.feature_count = static_cast<int64_t>(features[1]);
  outputs.features = file.floats(group + "/features");
  return outputs;
}

}  // namespace

void write_kept_outputs(const std::filesystem::path& file, const std::string& key, const KeptOutputs& outputs) {
  Hdf5Image image;
  image.attribute(kKey, key);
  add(image, "train", outputs.train);
  add(image, "validation", outputs.validation);
  write_file_atomically(file, image.bytes());
}

std::optional<KeptOutputs> read_kept_outputs(const std::filesystem::path& file, const std::string& key) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  try {
    const Hdf5Arrays arrays(file);
    if (arrays.attribute(kKey) != key) return std::nullopt;
    return KeptOutputs{read(arrays, "train"), read(arrays, "validation")};
  } catch (const Hdf5Error&) {
    return std::nullopt;
  }
}

}  // namespace tnn
