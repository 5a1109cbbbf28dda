#include "tasks/task.h"

#include "core/error.h"
#include "tasks/classification.h"
#include "tasks/detection.h"

namespace tnn {
namespace {

template <typename Kind>
std::unique_ptr<Task> make(const TaskOptions& options) {
  return std::make_unique<Kind>(options);
}

struct TaskRow {
  const char* name;
  std::unique_ptr<Task> (*make)(const TaskOptions& options);
};
constexpr TaskRow kTasks[] = {{"classification", make<Classification>}, {"detection", make<DetectionTask>}};

}  // namespace

std::unique_ptr<Task> make_task(const std::string& name, const TaskOptions& options) {
  for (const TaskRow& row : kTasks)
    if (name == row.name) return row.make(options);
  throw UsageError(unknown_name_message("task", name, task_names()));
}

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const TaskRow& row : kTasks) names.emplace_back(row.name);
  return names;
}

}  // namespace tnn
