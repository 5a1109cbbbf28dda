#include "network/cuda_module.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

namespace tnn {

namespace {

const char* const kModuleName = "libtnn_cuda.so";

/// The functions that apps/tnn_cuda/device_module.cpp exports.
struct Module {
  std::string message;
  bool loaded = false;
  int (*device_count)() = nullptr;
  int (*device_fault)(char*, int) = nullptr;
  int (*device_name)(int, char*, int) = nullptr;
  long long (*memory_bytes)(int) = nullptr;
};

std::vector<std::filesystem::path> module_candidates() {
  std::error_code fault;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", fault).parent_path();
  if (fault) return {};
  return {folder / kModuleName, folder.parent_path() / "lib" / kModuleName};
}

template <class Function>
bool find_function(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

Module open_module(const std::filesystem::path& file) {
  Module module;
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (!library) {
    const char* reason = dlerror();
    module.message = file.string() + " does not load: " + (reason ? reason : "unknown reason");
    return module;
  }
  module.loaded = find_function(library, "tnn_cuda_device_count", module.device_count) &&
                  find_function(library, "tnn_cuda_device_fault", module.device_fault) &&
                  find_function(library, "tnn_cuda_device_name", module.device_name) &&
                  find_function(library, "tnn_cuda_memory_bytes", module.memory_bytes);
  module.message = module.loaded ? "loaded from " + file.string() : file.string() + " belongs to another version of tnn";
  return module;
}

Module find_module() {
  Module module;
  if (const char* named = std::getenv("TNN_CUDA_MODULE")) {
    if (*named != '\0' && std::string(named) != "none") return open_module(named);
    module.message = "switched off by the environment variable TNN_CUDA_MODULE";
    return module;
  }
  for (const auto& file : module_candidates()) {
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) return open_module(file);
  }
  module.message = "not built (it comes with the preset 'cuda')";
  return module;
}

const Module& module() {
  static const Module found = find_module();
  return found;
}

}  // namespace

bool load_cuda_module() { return module().loaded; }

std::string cuda_module_message() { return module().message; }

int cuda_device_count() { return module().loaded ? module().device_count() : 0; }

std::string cuda_device_fault() {
  char text[256] = "";
  if (module().loaded) module().device_fault(text, sizeof text);
  return text;
}

std::string cuda_device_name(int index) {
  char text[256] = "";
  if (module().loaded) module().device_name(index, text, sizeof text);
  return text;
}

int64_t cuda_device_memory_bytes(int index) { return module().loaded ? module().memory_bytes(index) : 0; }

}  // namespace tnn
