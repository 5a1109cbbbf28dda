#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "formats/model_description.h"
#include "formats/npy_file.h"

namespace tnn {

/// What `tnn run` computes: one input after another, as the network takes them.
class RunInputs {
 public:
  virtual ~RunInputs() = default;
  virtual int64_t count() const = 0;
  /// What results call input `index`: its file, or its number in an array.
  virtual std::string name(int64_t index) const = 0;
  /// Writes the values of inputs [first, first + count). DataError where one cannot be read.
  virtual void read(int64_t first, int64_t count, float* to) const = 0;
};

/// The inputs of a .npy file: [batch, input shape...] or one input; numbers, or uint8 images, which are normalised as the model says.
/// DataError where it does not fit the model.
class ArrayInputs : public RunInputs {
 public:
  ArrayInputs(const std::filesystem::path& file, const ModelDescription& description);
  int64_t count() const override { return array_.shape.front(); }
  std::string name(int64_t index) const override { return std::to_string(index); }
  void read(int64_t first, int64_t count, float* to) const override;

 private:
  NpyArray array_;
};

/// Whether this is a folder, or a file whose content is a JPEG or PNG image: not an array.
bool is_image_input(const std::filesystem::path& path);

/// DataError, with what it is instead, where a file is neither an array nor an image.
void check_is_input(const std::filesystem::path& path);

}  // namespace tnn
