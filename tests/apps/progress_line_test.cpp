#include "progress_line.h"

#include "catch_compat.h"
#include "core/printable.h"

using namespace tnn;
using app::progress_line;

TEST_CASE("a line of progress never reaches the last column, however narrow the terminal and long the text") {
  for (const std::string status :
       {std::string("epoch 1/40: 12800/60000 images, 3.2k/s, 0:15 left, loss 0.4321, accuracy 0.8765"), std::string("sweep: 1/2"),
        std::string(), std::string("größe 日本語: 3/4 images, 日本語 0.5"), std::string(300, 'x')})
    for (size_t columns = 0; columns < 300; ++columns) {
      const std::string line = progress_line(status, 12800, 60000, columns);
      REQUIRE(display_columns(line) <= (columns == 0 ? 0 : columns - 1));
    }
}

TEST_CASE("a line of progress gives up bar, then figures, where room is short") {
  const std::string status = "epoch 1/4: 50/100 images, loss 0.5, accuracy 0.9";
  CHECK(progress_line(status, 50, 100, 200) == "[============            ] " + status);
  CHECK(progress_line(status, 50, 100, 62) == "[=====     ] " + status);
  CHECK(progress_line(status, 50, 100, 50) == status);
  CHECK(progress_line(status, 50, 100, 40) == "epoch 1/4: 50/100 images, loss 0.5");
  CHECK(progress_line(status, 50, 100, 20) == "epoch 1/4: 50/100");
  CHECK(progress_line(status, 50, 100, 17) == "epoch 1/4:");
  CHECK(progress_line(status, 50, 100, 4) == "epo");
  CHECK(progress_line(status, 200, 100, 200).substr(0, 26) == "[" + std::string(24, '=') + "]");
  CHECK(progress_line("a\x1b[2J", 0, 0, 80).find('\x1b') == std::string::npos);
}
