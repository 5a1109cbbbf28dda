#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace YAML {
class Node;
}

namespace tnn {

/// The first place where text is not what a recipe may hold: control characters other than tab and line ends (YAML readers stop at some of
/// them without a word), or bytes that are not UTF-8. Line and column count from 1, columns in bytes.
struct TextFault {
  size_t line, column;
  std::string message;
};
std::optional<TextFault> find_text_fault(const std::string& text);

/// The one YAML document that the text is; YAML::Exception where it is none, or where anything follows it. (YAML::Load ignores what
/// follows, and YAML::LoadAll of yaml-cpp 0.7 never ends on text such as ", a".)
YAML::Node load_yaml(const std::string& text);

}  // namespace tnn
