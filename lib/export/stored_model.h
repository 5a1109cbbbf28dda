#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "formats/model_description.h"

namespace tnn {

/// A tensor in memory, fp32, row-major.
struct HostTensor {
  std::vector<int64_t> shape;
  std::vector<float> values;
};

/// A model as its file holds it: description and tensors by name, at full width.
struct StoredModel {
  ModelDescription description;
  std::map<std::string, HostTensor> tensors;

  /// DataError where there is none of that name.
  const HostTensor& tensor(const std::string& name) const;
};

/// Reads a model file; half precision becomes fp32. DataError as StoredTensors.
StoredModel read_stored_model(const std::filesystem::path& path);

/// How numbers are stored in a file.
enum class StoredPrecision { fp32, fp16, bf16 };
StoredPrecision stored_precision_from_name(const std::string& name);

/// Writes a model file, atomically; `extra` joins the metadata. Half precision rounds every tensor but batch norm's variances, which may be
/// too small for fp16. UsageError where a finite number would become infinite in fp16.
void write_stored_model(const std::filesystem::path& path, const StoredModel& model, StoredPrecision precision,
                        const SafetensorsMetadata& extra = {});

}  // namespace tnn
