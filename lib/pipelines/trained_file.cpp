#include "pipelines/trained_file.h"

#include <fmt/format.h>

#include <optional>

#include "control/floor_certificate.h"
#include "core/error.h"
#include "data/set_identity.h"

namespace tnn {
namespace {

constexpr const char* kHeldOut = "tnn.held_out";

/// The floor of a file; none where there is no such file, or no floor of its weights.
std::optional<FloorCertificate> floor_of(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  try {
    return read_floor(SafetensorsFile(path));
  } catch (const Error&) {  // none, damaged, or of other weights: what is written now has none
    return std::nullopt;
  }
}

}  // namespace

void save_trained(const std::filesystem::path& path, const Network& network, const NamedTensors& extra_tensors,
                  SafetensorsMetadata extra_metadata, const TrainingData& data) {
  extra_metadata[kHeldOut] = samples_identity(*data.images, data.validation);
  const std::optional<FloorCertificate> floor = floor_of(path);
  save_network(path, network, extra_tensors, extra_metadata);
  if (floor && floor->network == model_identity(SafetensorsFile(path))) write_floor(path, *floor);
}

void check_held_out(const std::filesystem::path& file, const ImageSet& images, const std::vector<uint32_t>& validation) {
  const SafetensorsMetadata metadata = SafetensorsFile(file).metadata();
  const auto said = metadata.find(kHeldOut);
  if (said != metadata.end() && said->second != samples_identity(images, validation))
    throw UsageError(
        fmt::format("other samples were held out of the training of '{}' than are now, so some of these were trained on (the data set, "
                    "training.seed, data.validation_fraction and data.train_limit must be those of that training)",
                    file.string()));
}

}  // namespace tnn
