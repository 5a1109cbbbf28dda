#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "formats/pretrained/pickle_machine.h"

namespace tnn {

void PickleMachine::fail(const std::string& what) const {
  throw DataError(fmt::format("'{}': byte {}: damaged pickle: {}", file_, position_, what));
}

std::string_view PickleMachine::take(uint64_t count) {
  if (count > bytes_.size() - position_) fail(fmt::format("{} bytes are expected, {} are left", count, bytes_.size() - position_));
  const std::string_view taken = bytes_.substr(position_, static_cast<size_t>(count));
  position_ += static_cast<size_t>(count);
  return taken;
}

uint64_t PickleMachine::number(size_t size) {
  const std::string_view digits = take(size);
  uint64_t value = 0;
  for (size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(digits[i]);
  return value;
}

std::string_view PickleMachine::line() {
  const size_t end = bytes_.find('\n', position_);
  if (end == std::string_view::npos) fail("a name without end");
  const std::string_view text = take(end - position_);
  ++position_;
  return text;
}

PickleValue& PickleMachine::push(Kind kind) {
  pickle_.values_.emplace_back();
  pickle_.values_.back().kind = kind;
  stack_.push_back(&pickle_.values_.back());
  return pickle_.values_.back();
}

PickleValue* PickleMachine::top() {
  if (stack_.empty() || !stack_.back()) fail("the stack is empty");
  return stack_.back();
}

PickleValue* PickleMachine::pop() {
  PickleValue* value = top();
  stack_.pop_back();
  return value;
}

std::vector<const PickleValue*> PickleMachine::pop_to_mark() {
  const auto mark = std::find(stack_.rbegin(), stack_.rend(), nullptr);
  if (mark == stack_.rend()) fail("no mark on the stack");
  std::vector<const PickleValue*> items(mark.base(), stack_.end());
  stack_.erase(mark.base() - 1, stack_.end());
  return items;
}

std::vector<const PickleValue*> PickleMachine::pop_several(size_t count) {
  std::vector<const PickleValue*> items(count);
  while (count-- > 0) items[count] = pop();
  return items;
}

void PickleMachine::add_pairs(const std::vector<const PickleValue*>& items) {
  PickleValue* dictionary = top();
  const bool takes_pairs = dictionary->is(Kind::dictionary) || dictionary->is(Kind::call);  // a call: of a class that derives from dict
  if (!takes_pairs || items.size() % 2 != 0) fail("pairs for something that is no dictionary");
  dictionary->items.insert(dictionary->items.end(), items.begin(), items.end());
}

void PickleMachine::add_items(const std::vector<const PickleValue*>& items) {
  PickleValue* list = top();
  if (!list->is(Kind::list) && !list->is(Kind::call)) fail("items for something that is no list");
  list->items.insert(list->items.end(), items.begin(), items.end());
}

}  // namespace tnn
