// Address 0 is not mapped, whatever lies there in memory.
#include <cstdio>

int main() {
  int* volatile nowhere = nullptr;
  std::puts("writing to null");
  std::fflush(stdout);
  *static_cast<volatile int*>(nowhere) = 1;
  std::puts("it was written");
}
