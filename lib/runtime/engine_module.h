#pragma once

#include "runtime/engine.h"

namespace tnn {

/// Engines that bring libraries of their own live in a module, libtnn_<engine>_engine.so, which is loaded when the engine is asked for: one
/// program works with and without a GPU, with and without oneDNN. Looked for: the file that the environment variable TNN_<ENGINE>_ENGINE
/// names ("none": no module), else beside the program or this library, else in lib/ or bin/ beside that folder.
///
/// The engines that a module may bring: "onednn", "cuda".
std::vector<std::string> module_engine_names();

/// Whether the module of one of them is there. It is not loaded for this.
bool engine_module_is_there(const std::string& name);

/// UsageError with the reason where the module is missing, of another version of tnn, or does not load, and what the module's engine
/// throws, such as that there is no GPU.
std::unique_ptr<Engine> make_module_engine(const std::string& name, std::shared_ptr<const LoweredModel> model,
                                           const EngineOptions& options);

}  // namespace tnn
