// A system call that is not there says ENOSYS, and so once on the console.
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

int main() {
  int refused = 0;
  for (int i = 0; i < 3; ++i)
    refused += syscall(SYS_socket, 2, 1, 0) == -1 && errno == ENOSYS ? 1 : 0;
  std::printf("socket refused %d times\n", refused);
}
