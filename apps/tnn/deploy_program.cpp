#include "core/error.h"
#include "program.h"

namespace tnn::app {

void prepare_process() {}

std::string library_versions_text() {
#ifdef TNN_ANNOTATIONS
  return "\nwithout LibTorch: run, inspect, bench-xavier and evaluate-detections";
#else
  return "\nwithout LibTorch: run, inspect and bench-xavier";
#endif
}

void setup_subcommands(CLI::App& app, Session& session) {
  setup_inspect(app, session);
  setup_run(app, session);
  setup_bench(app, session);
#ifdef TNN_ANNOTATIONS  // where pugixml was found
  setup_evaluate_detections(app, session);
#endif
}

std::vector<std::string> run_engines() { return engine_names(); }

void give_image_reader(RunRequest&) {}

bool runs_as_detector(const RunRequest&) { return false; }
int run_detector(const RunRequest&, const std::filesystem::path&, const std::string&, const Session&) {
  throw UsageError("this program was built for deployment and reads no images: it runs no detectors");
}

RunResult run_in_engine(const RunRequest& request) { return run_model(request); }

}  // namespace tnn::app
