#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/run_folder.h"

namespace tnn {

/// The files that a command reads, which none of its outputs may replace: not by another spelling, nor through links or hard links.
///
///     CommandInputs inputs;
///     inputs.add("--input", input);
///     inputs.add_model(run_or_model);
///     inputs.check("--output", output);
class CommandInputs {
 public:
  /// A file by what names it ("--input", "model.pretrained"); an empty path is none.
  void add(const std::string& name, const std::filesystem::path& file);
  /// A run folder or model file, with the files of the runs that it belongs to.
  void add_model(const std::filesystem::path& run_or_model);

  /// UsageError where `output`, which `name` names, is one of them; SystemError where nothing can be written there.
  void check(const std::string& name, const std::filesystem::path& output) const;
  /// The same of a file whose folder may not be there yet.
  void check_kept(const std::string& name, const std::filesystem::path& output) const;

 private:
  std::vector<std::pair<std::string, std::filesystem::path>> files_;
};

/// What a training asks of its run folder before anything is read or removed: RunFolder::check(); that the file of its model is not
/// another's; and that none of `inputs` is replaced or removed. Changes nothing. `model`: the name of the model file in the folder.
void check_training_folder(const std::filesystem::path& folder, const std::string& model, RunFolder::Existing existing,
                           const CommandInputs& inputs);

}  // namespace tnn
