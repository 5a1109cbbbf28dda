#pragma once

#include <memory>
#include <vector>

#include "data/clip_preparation.h"
#include "pipelines/run_inputs.h"

namespace tnn {

/// Clips as inputs of a network, prepared as its evaluation prepares them: the frames in the middle, the last one repeated where a clip is
/// shorter, the centre of each, normalised by the model's mean and std.
class ClipInputs : public RunInputs {
 public:
  /// A folder of numbered frames, or one of such folders, in it and in folders within it. DataError where there is none; UsageError where
  /// it is a file, or the network does not take clips of three channels.
  ClipInputs(const std::filesystem::path& folder, const ModelDescription& description);
  int64_t count() const override { return static_cast<int64_t>(clips_.size()); }
  std::string name(int64_t index) const override { return clips_[static_cast<size_t>(index)].string(); }
  std::vector<std::filesystem::path> files() const override;
  std::string note() const override { return left_out_.line(); }
  void read(int64_t first, int64_t count, float* to) const override;

 private:
  LeftOut left_out_;
  std::vector<std::filesystem::path> clips_;
  std::unique_ptr<const ClipPreparation> preparation_;
};

}  // namespace tnn
