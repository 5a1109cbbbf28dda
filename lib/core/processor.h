#pragma once

#include <string>

namespace tnn {

/// The processor's name as the system gives it: "AMD EPYC 9R14", or the numbers of its maker and design; "unknown processor" where it does
/// not.
std::string processor_name();

}  // namespace tnn
