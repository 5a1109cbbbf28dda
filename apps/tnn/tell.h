#pragma once

#include <cstdio>
#include <string>

namespace tnn::app {

/// Writes to stderr. Where that cannot be written (a closed pipe, a full disk under a redirection), nothing but the text is lost.
inline void tell(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace tnn::app
