// The part of the C interface that chooses operating points (runtime/tnn_runtime.h).
#include <vector>

#include "control/floor_certificate.h"
#include "control/input_controller.h"
#include "runtime/c_interface.h"

struct tnn_controller {
  std::unique_ptr<tnn::InputController> controller;
  std::vector<tnn::Decision> decisions;  ///< of a batch
};

using namespace tnn::c_interface;

namespace {

tnn_controller* new_controller(std::unique_ptr<tnn::InputController> controller, const tnn::RuntimeOptions& options) {
  return new tnn_controller{std::move(controller), std::vector<tnn::Decision>(static_cast<size_t>(options.batch_limit))};
}

}  // namespace

tnn_status tnn_controller_load(const tnn_network* network, const char* path, const tnn_options* options, tnn_controller** controller) {
  return guarded([&] {
    require(network, "network");
    require(path, "path");
    require(controller, "controller");
    *controller = nullptr;
    const tnn::RuntimeOptions how = runtime_options(options);
    *controller = new_controller(tnn::load_controller(network->network, network->file, path, how), how);
  });
}

tnn_status tnn_controller_floor(const tnn_network* network, const tnn_options* options, tnn_controller** controller) {
  return guarded([&] {
    require(network, "network");
    require(controller, "controller");
    *controller = nullptr;
    const tnn::RuntimeOptions how = runtime_options(options);
    const tnn::Cascade setting = tnn::certified_setting(tnn::SafetensorsFile(network->file), how.precision);
    *controller = new_controller(tnn::make_cascade(network->network, setting, how), how);
  });
}

void tnn_controller_free(tnn_controller* controller) { delete controller; }

tnn_status tnn_run_controlled(tnn_controller* controller, const float* input, int64_t batch, float* const* outputs, int64_t count,
                              int64_t* points, int64_t* macs) {
  return guarded([&] {
    require(controller, "controller");
    require(input, "input");
    controller->controller->run(input, batch, pointers_of(outputs, count), controller->decisions.data());
    for (int64_t i = 0; i < batch; ++i) {
      const tnn::Decision& decision = controller->decisions[static_cast<size_t>(i)];
      if (points) points[i] = decision.point;
      if (macs) macs[i] = decision.macs;
    }
  });
}
