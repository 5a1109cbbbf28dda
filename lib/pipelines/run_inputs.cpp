#include "pipelines/run_inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "formats/file_content.h"

namespace tnn {
namespace {

/// (value / 255 - mean) / std for each channel of [batch, channels, positions...].
void normalise(NpyArray& images, const Preprocessing& preprocessing, const std::string& path) {
  const auto channels = static_cast<size_t>(images.shape[1]);
  if (preprocessing.mean.size() != channels || preprocessing.std.size() != channels)
    throw DataError(
        fmt::format("'{}' holds bytes, but the model does not say how {} channels are normalised (give float32)", path, channels));
  size_t positions = 1;
  for (size_t i = 2; i < images.shape.size(); ++i) positions *= static_cast<size_t>(images.shape[i]);
  for (size_t i = 0; i < images.values.size(); ++i) {
    const size_t c = i / positions % channels;
    images.values[i] = static_cast<float>((static_cast<double>(images.values[i]) / 255.0 - preprocessing.mean[c]) / preprocessing.std[c]);
  }
}

}  // namespace

ArrayInputs::ArrayInputs(const std::filesystem::path& file, const ModelDescription& description) : array_(read_npy(file)) {
  const auto expected = description.graph.dimensions(description.graph.input().shape);
  if (array_.shape == expected) array_.shape.insert(array_.shape.begin(), 1);
  const bool fits = array_.shape.size() == expected.size() + 1 && std::equal(expected.begin(), expected.end(), array_.shape.begin() + 1);
  if (!fits || array_.shape.front() == 0)
    throw DataError(fmt::format("'{}' has shape [{}] (allowed: [batch, {}] or one input [{}])", file.string(),
                                fmt::join(array_.shape, ", "), fmt::join(expected, ", "), fmt::join(expected, ", ")));
  if (array_.from_bytes) normalise(array_, description.preprocessing, file.string());
}

void ArrayInputs::read(int64_t first, int64_t count, float* to) const {
  const auto each = static_cast<int64_t>(array_.values.size()) / array_.shape.front();
  std::copy_n(array_.values.begin() + first * each, count * each, to);
}

void check_is_input(const std::filesystem::path& path) {
  std::error_code fault;
  if (!std::filesystem::is_regular_file(path, fault)) return;  // a FIFO is read once
  const std::string beginning = leading_bytes(path, kContentBytes);
  if (beginning.substr(0, 6) == "\x93NUMPY" || is_image_input(path)) return;
  const std::string content = recognised_content(beginning, beginning.size());
  throw DataError(fmt::format("'{}' is neither a .npy file nor a JPEG or PNG image{}{}", path.string(), content.empty() ? "" : ": ", content));
}

bool is_image_input(const std::filesystem::path& path) {
  std::error_code fault;
  if (std::filesystem::is_directory(path, fault)) return true;
  if (!std::filesystem::is_regular_file(path, fault)) return false;
  const std::string beginning = leading_bytes(path, 8);
  return beginning.substr(0, 3) == "\xff\xd8\xff" || beginning == "\x89PNG\r\n\x1a\n";
}

}  // namespace tnn
