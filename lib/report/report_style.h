#pragma once

#include <string_view>

namespace tnn {

/// The report's CSS: light and dark by prefers-color-scheme, narrow screens, print. Goes with chart_style().
std::string_view report_style();

}  // namespace tnn
