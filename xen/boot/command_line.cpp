// See command_line.hpp.
#include "boot/command_line.hpp"

namespace xenrt {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

std::size_t split_command_line(char* text, char** words, std::size_t most) {
  std::size_t count = 0;
  char* in = text;
  char* out = text;
  for (;;) {
    while (is_blank(*in)) ++in;
    if (*in == '\0') return count;
    char* const word = out;
    char quote = '\0';
    for (; *in != '\0' && (quote != '\0' || !is_blank(*in)); ++in) {
      if (quote == *in) {
        quote = '\0';
      } else if (quote == '\0' && (*in == '\'' || *in == '"')) {
        quote = *in;
      } else if (most != 0) {
        *out++ = *in;
      }
    }
    const bool last = *in == '\0';
    if (!last) ++in;  // before its place is written over
    if (most != 0) *out++ = '\0';
    if (count < most) words[count] = word;
    ++count;
    if (last) return count;
  }
}

}  // namespace xenrt
