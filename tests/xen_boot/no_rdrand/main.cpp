// Without a source of randomness the guest does not start.
#include <cstdio>

int main() {
  std::puts("it started");
}
