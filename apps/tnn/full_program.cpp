#include <fmt/format.h>
#include <malloc.h>

#include "core/table.h"
#include "network/cuda_module.h"
#include "pipelines/detect_objects.h"
#include "pipelines/image_inputs.h"
#include "pipelines/library_versions.h"
#include "pipelines/run_model_torch.h"
#include "program.h"
#include "tell.h"

namespace tnn::app {

void prepare_process() {
  load_cuda_module();
  // Activations of one step are as large as those of the next: without this glibc returns them to the system and faults them in again.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 2000 << 20);
  mallopt(M_TOP_PAD, 64 << 20);
}

std::string library_versions_text() { return "\n" + library_versions(); }

void setup_subcommands(CLI::App& app, Session& session) {
  setup_train(app, session);
  setup_train_datapath(app, session);
  setup_train_gates(app, session);
  setup_train_controller(app, session);
  setup_sweep_utilization(app, session);
  setup_report(app, session);
  setup_calibrate_floor(app, session);
  setup_compare(app, session);
  setup_search(app, session);
  setup_study(app, session);
  setup_convert_reds(app, session);
  setup_export(app, session);
  setup_inspect(app, session);
  setup_run(app, session);
  setup_bench(app, session);
  setup_evaluate_detections(app, session);
  setup_data(app, session);
  setup_recipe(app, session);
  setup_completion(app, session);
}

std::vector<std::string> run_engines() {
  std::vector<std::string> names = engine_names();
  names.push_back("torch");
  return names;
}

void give_image_reader(RunRequest& request) { request.open_images = open_image_inputs; }

bool runs_as_detector(const RunRequest& request) { return is_detector(request.model); }

int run_detector(const RunRequest& request, const std::filesystem::path& draw, const std::string& format, const Session& session) {
  const DetectedObjects found = detect_objects(request, draw);
  if (!session.quiet) {
    if (!found.note.empty()) tell(found.note + "\n");
    tell(fmt::format("{} image{}, u {}, {:.4g} GMAC an image, {}\n", found.images.size(), found.images.size() == 1 ? "" : "s", found.u,
                     static_cast<double>(found.macs) / 1e9, found.engine));
  }
  print_result(detection_table(found, is_for_programs(table_format(format))), format);
  return 0;
}

RunResult run_in_engine(const RunRequest& request) {
  return request.runtime.engine == "torch" ? run_model_in_torch(request) : run_model(request);
}

}  // namespace tnn::app
