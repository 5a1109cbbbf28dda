#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "data/list_lines.h"
#include "data/listed_words.h"

namespace tnn {

/// What a list says where its lines are taken for one form, or why they are not of that form.
struct ListReading {
  std::string form;         ///< in words
  std::vector<int> labels;  ///< one an image; empty where it does not fit
  size_t fitting = 0;       ///< lines before the first that does not fit
  std::string fault;        ///< what is wrong with that one, with its line
  bool certain = false;     ///< the list is of this form, and its fault is the one to tell
  bool fits() const { return fault.empty(); }
};

/// All lines as image and class with `separator` between them: '\t', ',', ';', or ' ', which may be in either, too. A header is left out.
/// Nothing where the separator is in no line.
std::optional<ListReading> read_named(const std::vector<ListLine>& lines, char separator, const ListedImages& images,
                                      const ListedClasses& classes);

/// All lines as class folders, of the images one after another.
ListReading read_ordered(const std::vector<ListLine>& lines, const ListedImages& images, const ListedClasses& classes);

}  // namespace tnn
