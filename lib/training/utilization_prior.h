#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/random_stream.h"

namespace tnn {

/// How utilizations are drawn while the data path is trained.
enum class PriorKind {
  uniform,    ///< u from (u_min, 1]
  list,       ///< u from a list, each equally likely
  beta,       ///< u_min + (1 - u_min) Beta(a, b)
  chunks,     ///< the batch is cut into k chunks; chunk i takes u from the i-th of k equal parts of (u_min, 1]: less variance of the mean
              ///< gradient
  sandwich,   ///< the whole batch at the largest, the smallest and n - 2 random u (universally slimmable networks)
  curriculum  ///< u grows by a step every n epochs (DTNN Algorithm 1)
};
PriorKind prior_from_name(const std::string& name);

struct PriorOptions {
  PriorKind kind = PriorKind::chunks;
  double u_min = 0;  ///< lower end, exclusive
  std::vector<double> list;
  double beta_a = 1, beta_b = 1;
  int64_t chunks = 2;
  int64_t sandwich_points = 4;
  bool distillation = true;  ///< sandwich: all but the largest learn the largest's soft labels
  double curriculum_start = 0.1, curriculum_step = 0.1;
  int64_t curriculum_epochs = 2;
  bool new_slice_alone = false;  ///< curriculum: what smaller utilizations have trained stays as it is
  bool per_sample = false;       ///< uniform, list, beta: a u for each sample
};

/// One forward and backward pass of a step: samples [begin, end) of the batch at one u, or one u a sample.
struct PassPlan {
  int64_t begin = 0, end = 0;
  std::vector<double> u;  ///< one, or end - begin
  bool teacher = false;   ///< its logits teach the passes of this step that are `student`
  bool student = false;
  double weight = 1;  ///< of its mean loss in the step's loss; the weights of a step sum to 1
};

/// The passes of the step numbered `step` of `epoch` for a batch of `size`. Draws from `random`. `smallest` is the u of the smallest
/// operating point (sandwich).
std::vector<PassPlan> plan_step(const PriorOptions& options, int64_t size, int64_t epoch, double smallest, RandomStream& random);

/// The curriculum's u at an epoch: min(1, start + step floor(epoch / every)).
double curriculum_utilization(const PriorOptions& options, int64_t epoch);

}  // namespace tnn
