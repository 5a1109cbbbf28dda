#pragma once

#include <vector>

#include "random_model.h"

/// A graph computed node by node as it is declared, in double precision, at full width, with closed channels set to zero after every node:
/// masked execution, written without plan, fusion or channel lists. For one input. Returns each output.
std::vector<std::vector<double>> evaluate_directly(const RandomModel& model, int point, const float* input);
