// Code is read-only.
#include <cstdio>

int main() {
  std::puts("writing to main");
  std::fflush(stdout);
  *reinterpret_cast<volatile char*>(reinterpret_cast<long>(&main)) = 0;
  std::puts("it was written");
}
