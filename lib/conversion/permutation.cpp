#include "conversion/permutation.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "formats/model_tensors.h"
#include "graph/node_traits.h"

namespace tnn {
namespace {

/// The old channel at each place of a tensor's channel dimension.
using Places = std::vector<int64_t>;

/// Reorders dimension `axis` of a tensor.
void reorder(HostTensor& tensor, size_t axis, const Places& places) {
  assert(tensor.shape[axis] == static_cast<int64_t>(places.size()));
  int64_t outer = 1, inner = 1;
  for (size_t i = 0; i < axis; ++i) outer *= tensor.shape[i];
  for (size_t i = axis + 1; i < tensor.shape.size(); ++i) inner *= tensor.shape[i];
  std::vector<float> moved;
  moved.reserve(tensor.values.size());
  for (int64_t o = 0; o < outer; ++o)
    for (const int64_t place : places) {
      const auto begin = tensor.values.begin() + (o * tensor.shape[axis] + place) * inner;
      moved.insert(moved.end(), begin, begin + inner);
    }
  tensor.values = std::move(moved);
}

/// Of each space of a graph, the old channel at each place.
std::vector<Places> space_places(const Graph& graph, const std::vector<CoupledChannels>& sets, const UnitOrders& orders) {
  std::vector<Places> places;
  for (const ChannelSpace& space : graph.spaces()) {
    places.emplace_back(static_cast<size_t>(space.channels));
    std::iota(places.back().begin(), places.back().end(), int64_t{0});
  }
  for (size_t i = 0; i < sets.size(); ++i) {
    assert(std::is_permutation(orders[i].begin(), orders[i].end(), places[static_cast<size_t>(sets[i].spaces.front())].begin(),
                               places[static_cast<size_t>(sets[i].spaces.front())].begin() + sets[i].units));
    for (const SpaceId space : sets[i].spaces) {
      const int64_t run = graph.space(space).channels / sets[i].units;
      Places& moved = places[static_cast<size_t>(space)];
      for (size_t place = 0; place < moved.size(); ++place) {
        const auto at = static_cast<int64_t>(place);
        moved[place] = orders[i][static_cast<size_t>(at / run)] * run + at % run;
      }
    }
  }
  return places;
}

/// The same of a tensor: its parts side by side, a channel's repetitions together.
Places tensor_places(const TensorShape& shape, const std::vector<Places>& spaces) {
  Places places;
  for (const Part& part : shape.parts) {
    const auto offset = static_cast<int64_t>(places.size());
    for (const int64_t channel : spaces[static_cast<size_t>(part.space)])
      for (int64_t i = 0; i < part.repeat; ++i) places.push_back(offset + channel * part.repeat + i);
  }
  return places;
}

/// Whether a node's weight has its input channels in dimension 1 one by one: dense layers. A group of a grouped convolution keeps its
/// inputs, a depthwise one has but one.
bool reads_all_channels(const Operation& operation) {
  const auto* convolution = std::get_if<Convolution>(&operation);
  return traits_of(operation).is_weighted && !(convolution && (convolution->depthwise || convolution->groups > 1));
}

}  // namespace

StoredModel permute_units(StoredModel model, const std::vector<CoupledChannels>& sets, const UnitOrders& orders) {
  const Graph& graph = model.description.graph;
  const std::vector<Places> spaces = space_places(graph, sets, orders);
  for (const ModelTensor& expected : model_tensors(model.description)) {
    const Node& node = graph.node(expected.node);
    HostTensor& tensor = model.tensors.at(expected.name);
    reorder(tensor, expected.per_point ? 1 : 0, tensor_places(node.shape, spaces));
    if (expected.role == ParameterRole::weight && reads_all_channels(node.operation))
      reorder(tensor, 1, tensor_places(graph.input_shape(node), spaces));
  }
  return model;
}

}  // namespace tnn
