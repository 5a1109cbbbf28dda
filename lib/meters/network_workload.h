#pragma once

#include <memory>
#include <string>
#include <vector>

#include "meters/benchmark.h"
#include "runtime/throttled_network.h"

namespace tnn {

/// The inputs of a benchmark, one after another, row-major.
struct BenchInputs {
  std::vector<float> values = {};
  int64_t count = 0;
};

/// Standard normal numbers, the same for the same seed.
BenchInputs noise_inputs(const std::vector<int64_t>& input_shape, int64_t count, uint64_t seed);

/// The largest difference of two arrays by the largest number of the first (at least 1e-6); infinite where a number is not finite in one
/// only.
double relative_difference(const std::vector<float>& expected, const std::vector<float>& found);

/// A network in an engine with its context and inputs, shared by the workloads of its operating points.
class NetworkUnderTest {
 public:
  /// `name`: in messages. `batch_limit`: the largest batch that is run; contexts for one input and for batches are apart, so that the
  /// latter do not change how single inferences lie in memory.
  NetworkUnderTest(std::string name, const std::filesystem::path& file, const RuntimeOptions& options, int64_t batch_limit);
  /// DataError where they do not fit the network.
  void set_inputs(BenchInputs inputs);

  const std::string& name() const { return name_; }
  ThrottledNetwork& network() { return network_; }
  /// Bytes of engine and contexts, beside the mapped file.
  int64_t memory_bytes() const;
  void run();
  void run_batch(int64_t inputs);
  /// Outputs of the first input at the network's operating point, all in one.
  std::vector<float> first_outputs();
  /// The same by the reference engine.
  std::vector<float> reference_outputs(int point);
  double tolerance() const { return tolerance_; }

 private:
  std::string name_;
  std::filesystem::path file_;
  double tolerance_;
  ThrottledNetwork network_;
  InferenceContext single_;
  std::optional<ThrottledNetwork> batch_network_;
  std::optional<InferenceContext> batches_;
  std::optional<ThrottledNetwork> reference_;
  int64_t input_elements_ = 1, batch_limit_;
  BenchInputs inputs_;
  int64_t next_ = 0;
  std::vector<std::vector<float>> outputs_;
  std::vector<float*> pointers_;
};

/// One operating point of it. check() compares the first input's outputs with those of the reference engine.
class NetworkWorkload : public Workload {
 public:
  NetworkWorkload(NetworkUnderTest& network, int point, double u) : network_(network), point_(point), u_(u) {}
  void select() override { network_.network().set_operating_point(point_); }
  bool select_other() override;
  void run() override { network_.run(); }
  void run_batch(int64_t inputs) override;
  /// Error (failed) with the difference where it is above the tolerance of the precision.
  void check() override;

  const NetworkUnderTest& network() const { return network_; }
  int point() const { return point_; }
  double u() const { return u_; }

 private:
  NetworkUnderTest& network_;
  int point_;
  double u_;
  std::vector<float> expected_;
};

}  // namespace tnn
