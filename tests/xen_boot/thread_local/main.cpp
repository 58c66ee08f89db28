// Thread-local variables with initialisers and constructors.
#include <cstdio>
#include <string>

thread_local int counter = 41;
thread_local std::string text = "a string that is too long for the short buffer";
thread_local int zeroed[1000];

int main() {
  ++counter;
  text += "!";
  int sum = 0;
  for (const int value : zeroed) sum += value;
  std::printf("tls %d, %s, %d\n", counter, text.c_str(), sum);
}
