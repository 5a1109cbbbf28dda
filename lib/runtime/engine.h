#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runtime/lowered_model.h"

namespace tnn {

/// How numbers are held while an engine computes; tf32: held in fp32, multiplied in 10 bits of mantissa by a GPU's tensor cores.
enum class Precision { fp32, bf16, tf32, fp16 };
Precision precision_from_name(const std::string& name);  ///< "fp32", "tf32", "fp16" or "bf16"; UsageError lists them
std::string precision_name(Precision precision);

struct ContextOptions {
  int64_t batch_limit = 1;  ///< inputs in one run at most
  int threads = 1;          ///< that work on one run together
  int64_t memory_limit_bytes = int64_t{16} << 30;
};

struct EngineOptions {
  Precision precision = Precision::fp32;
  std::string instruction_set = {};  ///< of the prefix engine: "avx512", "avx2", "neon", "scalar"; empty: the best of the processor
  /// Of the prefix engine: where the times of every way to compute each step are kept. Measured while the engine is made, for contexts like
  /// `tuned_for`, where the file has none for this processor and model; empty: estimates decide.
  std::filesystem::path tuning_file = {};
  ContextOptions tuned_for = {};
};

/// DataError where a context would need more than the limit: a damaged model file may declare activations of any size.
void check_memory(int64_t bytes, const ContextOptions& options);

/// The caller's memory for the outputs of a network, in their order.
class OutputPointers {
 public:
  OutputPointers(float* first) : first_(first), count_(1) {}  // NOLINT: a pointer says it: the first output alone
  OutputPointers(const std::vector<float*>& each) : OutputPointers(each.data(), each.size()) {}  // NOLINT
  OutputPointers(float* const* each, size_t count) : each_(each), count_(count) {}
  /// Null where the output is not to be written.
  float* at(size_t output) const { return output >= count_ ? nullptr : each_ ? each_[output] : first_; }
  size_t count() const { return count_; }

 private:
  float* first_ = nullptr;
  float* const* each_ = nullptr;
  size_t count_ = 0;
};

/// What one thread of inference needs beside the weights: arena, tables, scratch. All of it is made by the constructor.
class EngineContext {
 public:
  virtual ~EngineContext() = default;
  /// Computes `batch` inputs (1 to the limit), row-major [batch, channels, extent...], at an operating point. `outputs`: where each output
  /// of the network goes, in their order; one that is null or left out at the end is not written. Each is row-major at full width, channels
  /// that the point closes are 0. Allocates nothing, but for what oneDNN does inside each of its calls and a GPU at the first run of a
  /// batch size.
  virtual void run(const float* input, int64_t batch, int point, OutputPointers outputs) = 0;
  /// What this context holds.
  virtual int64_t memory_bytes() const = 0;
};

/// A way to execute plans. Made once from a model (packs weights), shared by any number of contexts.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::unique_ptr<EngineContext> make_context(const ContextOptions& options) const = 0;
  /// What it holds beside the mapped file: packed weights, tables of operating points.
  virtual int64_t memory_bytes() const = 0;
  /// "reference: plain loops", "prefix: AVX-512, 8 of 8 points on one copy of the weights".
  virtual std::string describe() const = 0;
};

/// The engine of that name; UsageError lists the ones of this build.
std::unique_ptr<Engine> make_engine(const std::string& name, std::shared_ptr<const LoweredModel> model, const EngineOptions& options);
/// Those of this build, and `onednn` and `cuda` where their modules are there (engine_module.h), with a GPU or without.
std::vector<std::string> engine_names();
/// The fastest engine of this build on the CPU.
std::string default_engine_name();
/// UsageError where a file for tuning is given with an engine that has nothing to tune. "": the default one.
void check_tuning(const std::string& engine, const std::filesystem::path& tuning_file);

}  // namespace tnn
