#pragma once

#include <filesystem>
#include <vector>

#include "network/model_file.h"
#include "training/training_data.h"

namespace tnn {

/// save_network of what a stage has trained. The metadata `tnn.held_out` says which samples were held out for validation: what is chosen or
/// certified on them later must not have been trained on. Where the file is there already with the same weights (a finished training that
/// is resumed), a floor that was certified of them stays in it.
void save_trained(const std::filesystem::path& path, const Network& network, const NamedTensors& extra_tensors,
                  SafetensorsMetadata extra_metadata, const TrainingData& data);

/// UsageError where a file says that other samples than `validation` of `images` were held out of its training. Files that do not say pass.
void check_held_out(const std::filesystem::path& file, const ImageSet& images, const std::vector<uint32_t>& validation);

}  // namespace tnn
