#pragma once

/// Opaque declarations, enough for the headers of LibTorch's Gloo backend, whose code is in libtorch_cpu.so while Gloo's own headers are
/// not in the wheel. Nothing here is ever created or derived from by us.
namespace gloo::transport {
class Device;
class Context;
class UnboundBuffer {
 public:
  virtual ~UnboundBuffer() = 0;
};
}  // namespace gloo::transport
