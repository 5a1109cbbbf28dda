#include <cstring>

#include "formats/pretrained/pickle_machine.h"

namespace tnn {

bool PickleMachine::push_constant(unsigned char opcode) {
  switch (opcode) {
    case '(':
      push(nullptr);
      return true;
    case 'N':
      push(Kind::none);
      return true;
    case 0x88:
    case 0x89:
      push(Kind::boolean).integer = opcode == 0x88;
      return true;
    default:
      return false;
  }
}

bool PickleMachine::push_number(unsigned char opcode) {
  switch (opcode) {
    case 'J': {
      const auto value = static_cast<int32_t>(number(4));
      push(Kind::integer).integer = value;
      return true;
    }
    case 'K':
    case 'M': {
      const auto value = static_cast<int64_t>(number(opcode == 'K' ? 1 : 2));
      push(Kind::integer).integer = value;
      return true;
    }
    case 0x8a:
      push_long(static_cast<size_t>(number(1)));
      return true;
    case 0x8b:
      push_long(static_cast<size_t>(number(4)));
      return true;
    case 'G': {
      const std::string_view digits = take(8);  // highest byte first
      uint64_t bits = 0;
      for (const char byte : digits) bits = bits << 8 | static_cast<unsigned char>(byte);
      std::memcpy(&push(Kind::real).real, &bits, sizeof bits);
      return true;
    }
    default:
      return false;
  }
}

void PickleMachine::push_long(size_t size) {
  const std::string_view digits = take(size);
  PickleValue& value = push(Kind::integer);
  if (size > sizeof value.integer) {
    value.text = digits;
    return;
  }
  uint64_t bits = !digits.empty() && (static_cast<unsigned char>(digits.back()) & 0x80) ? ~uint64_t{0} : 0;
  for (size_t i = size; i-- > 0;) bits = bits << 8 | static_cast<unsigned char>(digits[i]);
  value.integer = static_cast<int64_t>(bits);
}

bool PickleMachine::push_text(unsigned char opcode) {
  const auto counted = [&](Kind kind, size_t length_size) {
    const std::string_view text = take(number(length_size));
    push(kind).text = text;
    return true;
  };
  switch (opcode) {
    case 'X':
      return counted(Kind::text, 4);
    case 0x8c:
      return counted(Kind::text, 1);
    case 0x8d:
      return counted(Kind::text, 8);
    case 'U':  // Python 2's str: text for names, bytes for arrays
      return counted(Kind::text, 1);
    case 'T':
      return counted(Kind::text, 4);
    case 'C':
      return counted(Kind::bytes, 1);
    case 'B':
      return counted(Kind::bytes, 4);
    case 0x8e:
    case 0x96:  // BYTEARRAY8
      return counted(Kind::bytes, 8);
    default:
      return false;
  }
}

}  // namespace tnn
