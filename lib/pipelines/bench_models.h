#pragma once

#include <memory>
#include <vector>

#include "meters/network_workload.h"
#include "pipelines/bench.h"

namespace tnn {

/// The networks of a benchmark and their operating points, ready to be measured.
struct BenchModels {
  std::vector<std::unique_ptr<NetworkUnderTest>> networks;  ///< the first is the model, the rest what it is compared with
  std::vector<std::unique_ptr<NetworkWorkload>> workloads;
  std::vector<WorkloadLabel> labels;  ///< of each workload
  std::string contents;               ///< a digest of the model files
  std::vector<std::string> notes;

  std::vector<Workload*> all() const;
};

/// UsageError for utilizations that are none; DataError for models and inputs that cannot be read, or other models whose input has another
/// shape.
BenchModels load_bench_models(const BenchRequest& request);

}  // namespace tnn
