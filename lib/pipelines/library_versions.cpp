#include "pipelines/library_versions.h"

#include <fmt/format.h>
#include <hdf5.h>
#include <torch/headeronly/version.h>
#include <opencv2/core/version.hpp>

#include "network/cuda_module.h"

namespace tnn {

std::string library_versions() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("LibTorch {}\nOpenCV {}\nHDF5 {}.{}.{}\nGPU module: {}", TORCH_VERSION, CV_VERSION, major, minor, release,
                     load_cuda_module() ? "loaded" : cuda_module_message());
}

}  // namespace tnn
