#include "pipelines/library_versions.h"

#include <fmt/format.h>
#include <hdf5.h>
#include <jconfig.h>
#include <png.h>
#include <torch/headeronly/version.h>
#include <opencv2/core/version.hpp>

#include "network/cuda_module.h"

#define TNN_TEXT_OF(value) #value
#define TNN_TEXT(macro) TNN_TEXT_OF(macro)

namespace tnn {

std::string library_versions() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("LibTorch {}\nOpenCV {}\nlibjpeg-turbo {}\nlibpng {}\nHDF5 {}.{}.{}\nGPU module: {}", TORCH_VERSION, CV_VERSION,
                     TNN_TEXT(LIBJPEG_TURBO_VERSION), PNG_LIBPNG_VER_STRING, major, minor, release,
                     load_cuda_module() ? "loaded" : cuda_module_message());
}

}  // namespace tnn
