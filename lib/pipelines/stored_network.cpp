#include "pipelines/stored_network.h"

#include <fmt/format.h>

#include "core/atomic_file.h"
#include "core/error.h"
#include "data/dataset.h"
#include "data/split.h"
#include "network/device.h"
#include "network/model_file.h"
#include "pipelines/experiment.h"
#include "pipelines/sweep_utilization.h"

namespace tnn {

TrainingData training_samples(const ModelDescription& description, const NamedModel& model) {
  const DatasetOnDisk dataset = find_dataset(description.dataset, model.data.root);
  TrainingData data;
  data.images = std::make_shared<ImageSet>(load_split(dataset.card, dataset.folder, "train", model.data.train_limit));
  if (data.images->samples() && data.images->targets->class_names() != description.class_names)
    throw DataError(fmt::format("{}: its classes are not those that the model was trained on", dataset.folder.string()));
  auto split = validation_split(*data.images->targets, model.data.validation_fraction, model.run.seed);
  data.train = std::move(split.train);
  data.validation = std::move(split.validation);
  data.augmentation = evaluation_loading(description, dataset, sweep_options(model.data, model.evaluation, model.run)).augmentation;
  data.workers = model.data.workers;
  return data;
}

Network to_network(const StoredModel& model, const RunSettings& run) {
  const TemporaryFile file("tnn-conversion.safetensors");
  write_stored_model(file.path(), model, StoredPrecision::fp32);
  return load_network(file.path(), choose_device(run.device), run.channels_last);
}

}  // namespace tnn
