// splc's main(): prepares the process, and turns the outcome into an exit status.
#include <fcntl.h>

#include <csignal>

#include "driver/driver.hpp"

namespace {

/// A standard stream that the caller closed must not become the first file that is opened. Opened
/// the wrong way round, so that using it still fails.
bool occupy(int descriptor, int flags) {
  if (::fcntl(descriptor, F_GETFD) != -1) return true;
  return ::open("/dev/null", flags) == descriptor;
}

}  // namespace

int main(int argc, char** argv) {
  if (!occupy(0, O_WRONLY) || !occupy(1, O_RDONLY) || !occupy(2, O_RDONLY)) return 2;
  // A reader that goes away is seen as a failed write.
  std::signal(SIGPIPE, SIG_IGN);
  // So is a limit on the size of files.
  std::signal(SIGXFSZ, SIG_IGN);
  return static_cast<int>(spl::driver::run_splc(argc, argv));
}
