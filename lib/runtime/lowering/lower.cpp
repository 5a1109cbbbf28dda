#include "runtime/lowering/passes.h"

namespace tnn {

Plan lower(const ModelDescription& description) {
  Plan plan = translate(description.graph);
  remove_dropout(plan);
  fold_batch_norm(plan);
  fuse_residual(plan);
  fuse_activation(plan);
  read_views(plan);
  remove_unread(plan);
  specialize(plan, description.graph, description.points);
  return plan;
}

}  // namespace tnn
