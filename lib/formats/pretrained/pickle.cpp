#include "formats/pretrained/pickle.h"

#include "formats/pretrained/pickle_machine.h"

namespace tnn {

const PickleValue* PickleValue::find(std::string_view key) const {
  if (kind != Kind::dictionary) return nullptr;
  for (size_t i = items.size(); i >= 2; i -= 2)
    if ((items[i - 2]->is(Kind::text) || items[i - 2]->is(Kind::bytes)) && items[i - 2]->text == key) return items[i - 1];
  return nullptr;
}

bool PickleValue::is_call(std::string_view global, size_t count) const {
  return kind == Kind::call && text == global && arguments->items.size() >= count;
}

Pickle::Pickle(std::string_view bytes, size_t& position, const std::vector<std::string>& globals, const std::string& file,
               UnknownGlobals unknown) {
  PickleMachine machine(*this, bytes, position, globals, file, unknown);
  root_ = machine.run();
  position = machine.position();
}

}  // namespace tnn
