#include "meters/board.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/printable.h"
#include "meters/attribute.h"

namespace tnn {
namespace {

struct BoardRow {
  const char* in_model;  ///< what the device tree's model holds, in small letters
  const char* name;
  std::vector<std::vector<std::string>> totals;
};

/// In order: the first that fits counts.
const std::vector<BoardRow>& board_table() {
  static const std::vector<BoardRow> rows{
      {"orin nx", "Orin NX", {{"VDD_IN"}}},
      {"orin nano", "Orin Nano", {{"VDD_IN"}}},
      // VDDQ_VDD2_1V8AO is fed by VIN_SYS_5V0: added, it would count twice.
      {"agx orin", "AGX Orin", {{"VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0"}}},
      {"xavier nx", "Xavier NX", {{"VDD_IN"}}},
      {"jetson nano", "Nano", {{"VDD_IN"}, {"POM_5V_IN"}}},
      // No rail feeds the others.
      {"agx xavier", "AGX Xavier", {{"GPU", "CPU", "SOC", "CV", "VDDRQ", "SYS5V"}}},
      {"jetson-agx", "AGX Xavier", {{"GPU", "CPU", "SOC", "CV", "VDDRQ", "SYS5V"}}},
  };
  return rows;
}

int64_t times_there(const std::vector<Rail>& rails, const std::string& name) {
  return std::count_if(rails.begin(), rails.end(), [&](const Rail& rail) { return rail.name == name; });
}

bool are_all_there(const std::vector<Rail>& rails, const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) { return times_there(rails, name) == 1; });
}

}  // namespace

Board read_board(const std::filesystem::path& root) {
  Board board;
  board.model = read_attribute(root / "proc/device-tree/model").text.value_or("");
  std::string small = board.model;
  std::transform(small.begin(), small.end(), small.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const BoardRow& row : board_table())
    if (small.find(row.in_model) != std::string::npos) {
      board.name = row.name;
      board.totals = row.totals;
      break;
    }
  return board;
}

std::string mark_total(const Board& board, std::vector<Rail>& rails) {
  if (board.name.empty())
    return fmt::format("no total: it is not known which rails of {} make it; each rail is reported by itself",
                       board.model.empty() ? "this board" : "the board '" + printable_line(board.model) + "'");
  for (const auto& names : board.totals) {
    if (!are_all_there(rails, names)) continue;
    for (Rail& rail : rails) rail.in_total = std::find(names.begin(), names.end(), rail.name) != names.end();
    return "";
  }
  const std::vector<std::string>& wanted = board.totals.front();
  std::vector<std::string> faults;
  for (const std::string& name : wanted)
    if (const int64_t count = times_there(rails, name); count != 1)
      faults.push_back(name + (count == 0 ? " cannot be read" : " is there more than once"));
  return fmt::format("no total: that of {} is the sum of {}, and {}", board.name, fmt::join(wanted, ", "), fmt::join(faults, ", "));
}

}  // namespace tnn
