#include "core/version.h"

namespace tnn {

std::string version() {
  const std::string commit = TNN_COMMIT;
  return std::string(TNN_VERSION) + (commit.empty() ? "" : " (commit " + commit + ")");
}

std::string build_description() { return "GCC " __VERSION__ ", " TNN_BUILD_TYPE; }

}  // namespace tnn
