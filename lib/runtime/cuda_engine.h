#pragma once

#include "runtime/engine.h"

namespace tnn {

/// The engine `cuda` lives in a module of its own, libtnn_cuda_engine.so, which is loaded when the engine is asked for: one program works
/// with and without a GPU. Looked for: the file that the environment variable TNN_CUDA_ENGINE names ("" or "none": no module), else beside
/// the program or this library, else in lib/ or bin/ beside that folder.
///
/// Whether the module is there. It is not loaded for this.
bool cuda_engine_is_there();

/// UsageError with the reason where the module is missing, of another version of tnn, or does not load, and where there is no GPU or
/// driver.
std::unique_ptr<Engine> make_cuda_engine(std::shared_ptr<const LoweredModel> model, const EngineOptions& options);

}  // namespace tnn
