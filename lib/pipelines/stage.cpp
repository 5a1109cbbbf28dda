#include "pipelines/stage.h"

#include <stdexcept>

#include "pipelines/controller_stage.h"
#include "pipelines/datapath_stage.h"
#include "pipelines/gate_stage.h"

namespace tnn {

const std::vector<const Stage*>& stages() {
  static const DatapathStage datapath;
  static const GateStage gates;
  static const ControllerStage controller;
  static const std::vector<const Stage*> all{&datapath, &gates, &controller};
  return all;
}

const Stage& find_stage(const std::string& name) {
  for (const Stage* stage : stages())
    if (stage->name() == name) return *stage;
  throw std::logic_error("there is no stage '" + name + "'");
}

}  // namespace tnn
