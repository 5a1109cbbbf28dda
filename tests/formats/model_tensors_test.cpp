#include "formats/model_tensors.h"

#include <set>

#include "catch_compat.h"
#include "random_graph.h"

using namespace tnn;

TEST_CASE("every tensor that an operating point reads is one that the file holds, in each batch-norm mode") {
  for (uint64_t seed = 0; seed < 30; ++seed)
    for (const BatchNormMode mode : {BatchNormMode::shared, BatchNormMode::recalibrated, BatchNormMode::switchable}) {
      const ModelDescription description = describe_model(RandomGraph(seed).build(), {}, mode);
      std::set<std::string> held;
      for (const ModelTensor& tensor : model_tensors(description)) {
        CHECK(held.insert(tensor.name).second);
        CHECK(is_point_tensor(tensor.name) == tensor.per_point);
        if (tensor.per_point) CHECK(tensor.shape.front() == static_cast<int64_t>(description.points.size()));
      }
      for (const Parameter& parameter : graph_parameters(description.graph)) {
        const std::string& node = description.graph.node(parameter.node).name;
        CHECK(parameter.name == parameter_name(node, parameter.role));
        CHECK(held.count(used_tensor_name(node, parameter.role, mode)) == 1);
        CHECK(has_point_values(mode, parameter.role) == is_point_tensor(used_tensor_name(node, parameter.role, mode)));
      }
    }
}
