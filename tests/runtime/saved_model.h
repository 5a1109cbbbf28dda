#pragma once

#include "random_model.h"
#include "temporary_folder.h"

/// A random model and its file, which lives as long as this.
struct SavedModel {
  explicit SavedModel(RandomModel saved) : model(std::move(saved)) { model.save(path); }
  explicit SavedModel(uint64_t seed) : SavedModel(random_model(seed)) {}

  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "model.safetensors";
  RandomModel model;
};
