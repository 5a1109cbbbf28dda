#include "runtime/engine_module.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>

#include "core/error.h"
#include "core/version.h"

namespace tnn {
namespace {

struct ModuleRow {
  const char* engine;
  const char* file;
  const char* variable;  ///< of the environment: another file, or "none"
  const char* how_built;
  /// Local: a module brings its own copy of what it shares with the program. libdnnl must look into its own libraries first: LibTorch
  /// exports functions of its own oneDNN (docs/decisions/0013).
  int flags;
};
constexpr ModuleRow kModules[] = {
    {"onednn", "libtnn_onednn_engine.so", "TNN_ONEDNN_ENGINE", "where libdnnl-dev is installed", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND},
    {"cuda", "libtnn_cuda_engine.so", "TNN_CUDA_ENGINE", "preset 'cuda'", RTLD_NOW | RTLD_LOCAL}};

/// What a module exports (engine_module_exports.h).
using MakeEngine = Engine* (*)(const std::shared_ptr<const LoweredModel>& model, const EngineOptions& options);
using Version = const char* (*)();

/// The folder of the program or shared library that this code was linked into.
std::filesystem::path own_folder() {
  Dl_info info{};
  if (!dladdr(reinterpret_cast<const void*>(&engine_module_is_there), &info) || !info.dli_fname) return {};
  return std::filesystem::path(info.dli_fname).parent_path();
}

const ModuleRow& row_of(const std::string& engine) {
  for (const ModuleRow& row : kModules)
    if (engine == row.engine) return row;
  throw UsageError(unknown_name_message("engine", engine, engine_names()));
}

/// Empty: there is no module.
std::filesystem::path find_module(const ModuleRow& row) {
  if (const char* named = std::getenv(row.variable))
    return std::string(named) == "none" ? std::filesystem::path() : std::filesystem::path(named);
  std::error_code fault;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", fault);
  for (const auto& folder : {program.parent_path(), own_folder()}) {
    if (folder.empty()) continue;
    for (const auto& file : {folder / row.file, folder / ".." / "lib" / row.file, folder / ".." / "bin" / row.file})
      if (std::filesystem::exists(file, fault)) return file;
  }
  return {};
}

MakeEngine load_module(const ModuleRow& row) {
  const std::string name = row.engine;
  const std::filesystem::path file = find_module(row);
  if (file.empty())
    throw UsageError("the engine '" + name + "' is not there: " + row.file + " was not built (" + row.how_built + ") or not found");
  // Never closed: neither CUDA nor OpenMP allows it.
  void* library = dlopen(file.c_str(), row.flags);
  if (!library) {
    const char* reason = dlerror();
    throw UsageError("the engine '" + name + "' does not load: " + (reason ? reason : file.string()));
  }
  const auto module_version = reinterpret_cast<Version>(dlsym(library, "tnn_engine_version"));
  const auto make = reinterpret_cast<MakeEngine>(dlsym(library, "tnn_engine_make"));
  if (!module_version || !make || version() != module_version())
    throw UsageError("'" + file.string() + "' is of tnn " + (module_version ? module_version() : "(unknown version)") + ", not " +
                     version() + " (build both together)");
  return make;
}

/// Loads each module once; a failure is tried again by the next call.
MakeEngine loaded(const ModuleRow& row) {
  static std::mutex guard;
  static std::map<std::string, MakeEngine> makers;
  const std::lock_guard lock(guard);
  MakeEngine& make = makers[row.engine];
  if (!make) make = load_module(row);
  return make;
}

}  // namespace

std::vector<std::string> module_engine_names() {
  std::vector<std::string> names;
  for (const ModuleRow& row : kModules) names.emplace_back(row.engine);
  return names;
}

bool engine_module_is_there(const std::string& name) { return !find_module(row_of(name)).empty(); }

std::unique_ptr<Engine> make_module_engine(const std::string& name, std::shared_ptr<const LoweredModel> model,
                                           const EngineOptions& options) {
  return std::unique_ptr<Engine>(loaded(row_of(name))(model, options));
}

}  // namespace tnn
