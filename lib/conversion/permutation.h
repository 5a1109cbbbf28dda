#pragma once

#include <vector>

#include "conversion/coupled_channels.h"
#include "export/stored_model.h"

namespace tnn {

/// Of each set of coupled channels, the unit that comes to each place.
using UnitOrders = std::vector<std::vector<int64_t>>;

/// The same network with its units in another order: the outputs, weights, biases and normalisations of what computes a unit's channels
/// move with it (those of each operating point too), and so do the weights of whatever reads them. `sets` are the graph's
/// (coupled_channels), or some of them; an order is a permutation of [0, units). With every group open the network computes what it did; a
/// gate that was there opens other channels than before.
StoredModel permute_units(StoredModel model, const std::vector<CoupledChannels>& sets, const UnitOrders& orders);

}  // namespace tnn
