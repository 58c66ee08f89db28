// See exec_self.hpp.
#include "monitor/exec_self.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace ssh::host::monitor {
namespace {

constexpr int kFirst = 3;
constexpr int kFailed = 71;  // EX_OSERR

}  // namespace

int exec_self(const std::string& program, std::vector<std::string> arguments,
              std::span<const int> descriptors) {
  // First aside, but not far: one may be where another one is to go, and there may be few of them.
  const int behind = kFirst + static_cast<int>(descriptors.size());
  std::vector<int> aside;
  for (const int fd : descriptors) {
    aside.push_back(::fcntl(fd, F_DUPFD_CLOEXEC, behind));
  }
  int to = kFirst;
  for (const int fd : aside) {
    if (fd < 0 || ::dup2(fd, to++) < 0) {
      return kFailed;
    }
  }
  std::string name = "statecall-sshd";
  std::vector<char*> pointers{name.data()};
  for (std::string& argument : arguments) {
    pointers.push_back(argument.data());
  }
  pointers.push_back(nullptr);
  ::execv(program.c_str(), pointers.data());
  return kFailed;
}

}  // namespace ssh::host::monitor
