#include "data/file_bytes.h"

#include <fmt/format.h>

#include "data/encoded_images.h"
#include "data/input_file.h"

namespace tnn {

void read_file_bytes(const std::filesystem::path& path, std::vector<uint8_t>& bytes) {
  const InputFile file(path);
  if (file.size() > kMostImageBytes)
    throw DamagedImage(fmt::format("{} bytes: image files of more than {} are not read", file.size(), kMostImageBytes));
  bytes.resize(file.size());
  file.read_at(0, bytes.data(), bytes.size());
}

}  // namespace tnn
