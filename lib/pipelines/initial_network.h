#pragma once

#include <filesystem>
#include <string>

#include "network/network.h"
#include "pipelines/settings/settings.h"

namespace tnn {

/// Puts the weights of model.pretrained, where the recipe names a file, into a network that its model section declares. What was read, for
/// the reader: "'net.pth': 62 tensors under 'state_dict'"; empty where the recipe names none. DataError as read_pretrained.
std::string load_pretrained(const PretrainedOptions& options, Network& network);

/// Reads and checks that file, for a graph, without using it; before an earlier run is removed.
void check_pretrained(const PretrainedOptions& options, const Graph& graph);

/// A recipe's network before training, as a model file: the weights of model.pretrained, else random ones (training.seed). Labels and
/// normalisation are those of its data set where the model fits it, so that the file can be evaluated; else data.mean and data.std, where
/// the recipe gives them. UsageError where there is no such data set. Returns what load_pretrained says.
std::string write_initial_model(const Settings& settings, const std::filesystem::path& path);

}  // namespace tnn
