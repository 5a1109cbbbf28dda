#pragma once

#include <memory>
#include <vector>

#include "data/image_preparation.h"
#include "pipelines/run_inputs.h"

namespace tnn {

/// Image files as inputs of a network, prepared as its evaluation prepares them: the shorter side becomes the model's resize_side (0: just
/// large enough to cover 256/224 of the input), the centre is cut out, pixels are normalised by the model's mean and std. A network of one
/// channel gets the luma (ITU-R BT.601, as Pillow's mode L).
class ImageInputs : public RunInputs {
 public:
  /// A JPEG or PNG file, or a folder with those in it and in folders within it. DataError where there is none; UsageError where the network
  /// does not take images.
  ImageInputs(const std::filesystem::path& file_or_folder, const ModelDescription& description);
  int64_t count() const override { return static_cast<int64_t>(files_.size()); }
  std::string name(int64_t index) const override { return files_[static_cast<size_t>(index)].string(); }
  std::vector<std::filesystem::path> files() const override { return files_; }
  std::string note() const override { return note_; }
  void read(int64_t first, int64_t count, float* to) const override;
  /// Writes one input, and says what became of its image.
  Geometry read_placed(int64_t index, float* to) const;

 private:
  std::string note_;
  std::vector<std::filesystem::path> files_;
  Preprocessing preprocessing_;
  int64_t channels_ = 3;
  std::unique_ptr<const ImagePreparation> preparation_;
};

/// Images, or clips where the network takes those.
std::unique_ptr<RunInputs> open_image_inputs(const std::filesystem::path& file_or_folder, const ModelDescription& description);

}  // namespace tnn
