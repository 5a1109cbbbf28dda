#pragma once

#include "core/version.h"
#include "runtime/engine.h"

/// What the source of an engine's module says once, outside of any namespace: TNN_ENGINE_MODULE(make), with `make` as the engines of
/// engine.cpp have it. engine_module.cpp looks for the two names; the caller of tnn_engine_make owns the engine.
#define TNN_ENGINE_MODULE(make)                                                                                                         \
  extern "C" __attribute__((visibility("default"))) const char* tnn_engine_version() {                                                  \
    static const std::string text = tnn::version();                                                                                     \
    return text.c_str();                                                                                                                \
  }                                                                                                                                     \
  extern "C" __attribute__((visibility("default"))) tnn::Engine* tnn_engine_make(const std::shared_ptr<const tnn::LoweredModel>& model, \
                                                                                 const tnn::EngineOptions& options) {                   \
    return make(model, options).release();                                                                                              \
  }                                                                                                                                     \
  static_assert(true, "a semicolon follows")
