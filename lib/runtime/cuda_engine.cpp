#include "runtime/cuda_engine.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include "core/error.h"
#include "core/version.h"

namespace tnn {
namespace {

const char* const kModuleName = "libtnn_cuda_engine.so";

/// What apps/tnn_cuda/engine/cuda_engine_module.cpp exports.
using MakeEngine = Engine* (*)(const std::shared_ptr<const LoweredModel>& model, const EngineOptions& options);
using Version = const char* (*)();

/// The folder of the program or shared library that this code was linked into.
std::filesystem::path own_folder() {
  Dl_info info{};
  if (!dladdr(reinterpret_cast<const void*>(&cuda_engine_is_there), &info) || !info.dli_fname) return {};
  return std::filesystem::path(info.dli_fname).parent_path();
}

/// Empty: there is no module.
std::filesystem::path find_module() {
  if (const char* named = std::getenv("TNN_CUDA_ENGINE"))
    return std::string(named) == "none" ? std::filesystem::path() : std::filesystem::path(named);
  std::error_code fault;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", fault);
  for (const auto& folder : {program.parent_path(), own_folder()}) {
    if (folder.empty()) continue;
    for (const auto& file : {folder / kModuleName, folder / ".." / "lib" / kModuleName, folder / ".." / "bin" / kModuleName})
      if (std::filesystem::exists(file, fault)) return file;
  }
  return {};
}

MakeEngine load_module() {
  const std::filesystem::path file = find_module();
  if (file.empty()) throw UsageError("the engine 'cuda' is not there: libtnn_cuda_engine.so was not built (preset 'cuda') or not found");
  // Local: the module brings its own copy of what it shares with the program. Never closed: CUDA does not allow it.
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char* reason = dlerror();
    throw UsageError("the engine 'cuda' does not load: " + std::string(reason ? reason : file.string()));
  }
  const auto module_version = reinterpret_cast<Version>(dlsym(library, "tnn_cuda_engine_version"));
  const auto make = reinterpret_cast<MakeEngine>(dlsym(library, "tnn_cuda_engine_make"));
  if (!module_version || !make || version() != module_version())
    throw UsageError("'" + file.string() + "' is of tnn " + (module_version ? module_version() : "(unknown version)") + ", not " +
                     version() + " (build both together)");
  return make;
}

}  // namespace

bool cuda_engine_is_there() { return !find_module().empty(); }

std::unique_ptr<Engine> make_cuda_engine(std::shared_ptr<const LoweredModel> model, const EngineOptions& options) {
  static const MakeEngine make = load_module();  // a failure is tried again by the next call
  return std::unique_ptr<Engine>(make(model, options));
}

}  // namespace tnn
