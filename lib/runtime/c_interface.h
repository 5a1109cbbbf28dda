#pragma once

// What the C interface is made of: its structures, and the border that no exception crosses.

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <new>
#include <string>

#include "core/error.h"
#include "runtime/throttled_network.h"
#include "runtime/tnn_runtime.h"

struct tnn_network {
  tnn::ThrottledNetwork network;
  std::filesystem::path file;  ///< that it was loaded from
};

struct tnn_context {
  tnn::InferenceContext context;
};

namespace tnn::c_interface {

/// Keeps the message for tnn_last_error() of this thread.
tnn_status fail(tnn_status status, const char* message);

/// Runs what may throw; no exception leaves the library.
template <typename Body>
tnn_status guarded(Body body) noexcept {
  try {
    body();
    return TNN_OK;
  } catch (const UsageError& error) {
    return fail(TNN_USAGE, error.what());
  } catch (const DataError& error) {
    return fail(TNN_DATA, error.what());
  } catch (const std::bad_alloc&) {
    return fail(TNN_FAILED, "out of memory");
  } catch (const std::exception& error) {
    return fail(TNN_FAILED, error.what());
  } catch (...) {
    return fail(TNN_FAILED, "unknown failure");
  }
}

/// UsageError where a pointer is null.
void require(const void* pointer, const char* name);
/// The caller's options (null: the defaults); UsageError where struct_size is not set or a value is outside its range.
RuntimeOptions runtime_options(const tnn_options* given);
/// The caller's places for the first `count` outputs.
OutputPointers pointers_of(float* const* outputs, int64_t count);

}  // namespace tnn::c_interface
