#pragma once

#include <filesystem>
#include <string>

namespace tnn {

/// The name of a file in the making beside its place: ".NAME.PID.tmp".
std::filesystem::path temporary_name(const std::filesystem::path& path);

/// Notes a path that is to go where the process ends at once; forgotten with the object.
class RemovedAtSuddenEnd {
 public:
  explicit RemovedAtSuddenEnd(const std::filesystem::path& path);
  ~RemovedAtSuddenEnd();
  RemovedAtSuddenEnd(const RemovedAtSuddenEnd&) = delete;
  RemovedAtSuddenEnd& operator=(const RemovedAtSuddenEnd&) = delete;

 private:
  int slot_ = -1;
};

/// Removes what is noted so: files, then folders that are empty. Async-signal-safe.
void remove_at_sudden_end() noexcept;

/// Removes the files in the making that killed processes of this machine left in a folder: those named as temporary_name() does, whose
/// process is gone and which nobody has locked. What cannot be removed stays.
void remove_abandoned_files(const std::filesystem::path& folder);

}  // namespace tnn
