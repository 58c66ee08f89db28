// See log.hpp.
#include "hypervisor/log.hpp"

namespace xenrt::detail {

void print(const char* text) {
  std::uint64_t length = 0;
  while (text[length] != '\0') ++length;
  console_write(text, length);
}

void print(Hex number) {
  char text[18];
  unsigned at = sizeof text;
  std::uint64_t value = number.value;
  do {
    text[--at] = "0123456789abcdef"[value & 15];
    value >>= 4;
  } while (value != 0);
  text[--at] = 'x';
  text[--at] = '0';
  console_write(text + at, sizeof text - at);
}

void print(std::uint64_t number) {
  char text[20];
  unsigned at = sizeof text;
  do {
    text[--at] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  console_write(text + at, sizeof text - at);
}

}  // namespace xenrt::detail
