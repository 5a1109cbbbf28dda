#include "control/governor.h"

#include <cmath>
#include <utility>

namespace tnn {

std::string notice_text(unsigned notices) {
  static constexpr std::pair<GovernorNotice, const char*> kTexts[] = {
      {kNoticeStarting, "no usable reading yet"},
      {kNoticeCannotMeet, "the target is not met at the smallest allowed point"},
      {kNoticeFrozen, "a sensor gives the same number again and again"},
      {kNoticeMissing, "a sensor has given nothing usable for long"},
      {kNoticeUnusable, "the last reading was not usable and was ignored"}};
  std::string text;
  for (const auto& [notice, words] : kTexts)
    if ((notices & notice) != 0) text += (text.empty() ? "" : "; ") + std::string(words);
  return text;
}

void Governor::observe(const Reading& given) noexcept {
  Reading reading = given;
  if (!std::isfinite(reading.time_s) || reading.time_s < time_s_) reading.time_s = std::isfinite(time_s_) ? time_s_ : 0;
  time_s_ = reading.time_s;
  if (reading.point < 0) reading.point = point();
  point_.store(decide(reading), std::memory_order_relaxed);
}

GovernorState Governor::state() const noexcept {
  GovernorState state = told_;
  state.point = point();
  return state;
}

}  // namespace tnn
