// See pty.hpp. RFC 4254 section 8, RFC 8160 (IUTF8); pty(7), termios(3).
#include "monitor/pty.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace ssh::host::monitor {
namespace {

struct Character {
  std::uint8_t opcode;
  std::size_t index;
};
// RFC 4254 section 8, 1 to 18. Linux has no VDSUSP, VSTATUS and VSWTCH of a use.
constexpr std::array<Character, 15> kCharacters{{{1, VINTR},
                                                 {2, VQUIT},
                                                 {3, VERASE},
                                                 {4, VKILL},
                                                 {5, VEOF},
                                                 {6, VEOL},
                                                 {7, VEOL2},
                                                 {8, VSTART},
                                                 {9, VSTOP},
                                                 {10, VSUSP},
                                                 {12, VREPRINT},
                                                 {13, VWERASE},
                                                 {14, VLNEXT},
                                                 {16, VSWTC},
                                                 {18, VDISCARD}}};

struct Flag {
  std::uint8_t opcode;
  tcflag_t termios::*field;
  tcflag_t bits;
};
constexpr std::array<Flag, 37> kFlags{{
    {30, &termios::c_iflag, IGNPAR},
    {31, &termios::c_iflag, PARMRK},
    {32, &termios::c_iflag, INPCK},
    {33, &termios::c_iflag, ISTRIP},
    {34, &termios::c_iflag, INLCR},
    {35, &termios::c_iflag, IGNCR},
    {36, &termios::c_iflag, ICRNL},
    {37, &termios::c_iflag, IUCLC},
    {38, &termios::c_iflag, IXON},
    {39, &termios::c_iflag, IXANY},
    {40, &termios::c_iflag, IXOFF},
    {41, &termios::c_iflag, IMAXBEL},
    {42, &termios::c_iflag, IUTF8},
    {50, &termios::c_lflag, ISIG},
    {51, &termios::c_lflag, ICANON},
    {52, &termios::c_lflag, XCASE},
    {53, &termios::c_lflag, ECHO},
    {54, &termios::c_lflag, ECHOE},
    {55, &termios::c_lflag, ECHOK},
    {56, &termios::c_lflag, ECHONL},
    {57, &termios::c_lflag, NOFLSH},
    {58, &termios::c_lflag, TOSTOP},
    {59, &termios::c_lflag, IEXTEN},
    {60, &termios::c_lflag, ECHOCTL},
    {61, &termios::c_lflag, ECHOKE},
    {62, &termios::c_lflag, PENDIN},
    {70, &termios::c_oflag, OPOST},
    {71, &termios::c_oflag, OLCUC},
    {72, &termios::c_oflag, ONLCR},
    {73, &termios::c_oflag, OCRNL},
    {74, &termios::c_oflag, ONOCR},
    {75, &termios::c_oflag, ONLRET},
    {90, &termios::c_cflag, CS7},
    {91, &termios::c_cflag, CS8},
    {92, &termios::c_cflag, PARENB},
    {93, &termios::c_cflag, PARODD},
    {0, nullptr, 0},
}};

struct Speed {
  std::uint32_t bits;
  speed_t speed;
};
constexpr std::array<Speed, 19> kSpeeds{{{50, B50},
                                         {75, B75},
                                         {110, B110},
                                         {134, B134},
                                         {150, B150},
                                         {200, B200},
                                         {300, B300},
                                         {600, B600},
                                         {1200, B1200},
                                         {1800, B1800},
                                         {2400, B2400},
                                         {4800, B4800},
                                         {9600, B9600},
                                         {19200, B19200},
                                         {38400, B38400},
                                         {57600, B57600},
                                         {115200, B115200},
                                         {230400, B230400},
                                         {460800, B460800}}};
constexpr std::uint8_t kInputSpeed = 128;
constexpr std::uint8_t kOutputSpeed = 129;
constexpr std::uint32_t kNoCharacter = 255;

void set_mode(termios& settings, const TerminalMode& mode) {
  for (const Character& character : kCharacters) {
    if (character.opcode == mode.opcode) {
      settings.c_cc[character.index] = mode.argument == kNoCharacter
                                           ? static_cast<cc_t>(_POSIX_VDISABLE)
                                           : static_cast<cc_t>(mode.argument);
    }
  }
  for (const Flag& flag : kFlags) {
    if (flag.field != nullptr && flag.opcode == mode.opcode) {
      // CS7 and CS8 are values of one field; off means nothing for them.
      if ((flag.bits & CSIZE) != 0 && flag.field == &termios::c_cflag) {
        settings.c_cflag = mode.argument != 0
                               ? (settings.c_cflag & ~static_cast<tcflag_t>(CSIZE)) | flag.bits
                               : settings.c_cflag;
      } else if (mode.argument != 0) {
        settings.*flag.field |= flag.bits;
      } else {
        settings.*flag.field &= ~flag.bits;
      }
    }
  }
  if (mode.opcode == kInputSpeed || mode.opcode == kOutputSpeed) {
    for (const Speed& speed : kSpeeds) {
      if (speed.bits == mode.argument) {
        (mode.opcode == kInputSpeed ? ::cfsetispeed : ::cfsetospeed)(&settings, speed.speed);
      }
    }
  }
}

std::uint16_t clamp(std::uint32_t value) {
  return static_cast<std::uint16_t>(std::min<std::uint32_t>(value, 0xffff));
}

/// Group tty may write to it (write(1), wall(1)), if there is one.
void give_to(int slave, const Account& account) {
  std::array<char, 1024> buffer{};
  group entry{};
  group* tty = nullptr;
  ::getgrnam_r("tty", &entry, buffer.data(), buffer.size(), &tty);
  if (::fchown(slave, account.uid, tty != nullptr ? tty->gr_gid : account.gid) == 0) {
    ::fchmod(slave, tty != nullptr ? 0620 : 0600);
  }
}

}  // namespace

void set_modes(int terminal, const std::vector<TerminalMode>& modes) {
  termios settings{};
  if (::tcgetattr(terminal, &settings) != 0) {
    return;
  }
  for (const TerminalMode& mode : modes) {
    set_mode(settings, mode);
  }
  ::tcsetattr(terminal, TCSANOW, &settings);
}

Result<Terminal> open_terminal(const PtyRequest& request, const Account& account) {
  const auto failed = [](const char* what) {
    return failure(fmt::format("{}: {}", what, std::strerror(errno)));
  };
  Terminal terminal;
  terminal.master.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.master) {
    return failed("no terminal left");
  }
  std::array<char, 128> name{};
  if (::grantpt(terminal.master.get()) != 0 || ::unlockpt(terminal.master.get()) != 0 ||
      ::ptsname_r(terminal.master.get(), name.data(), name.size()) != 0) {
    return failed("pty");
  }
  terminal.name = name.data();
  terminal.slave.reset(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.slave) {
    return failed("pty");
  }
  if (::geteuid() == 0) {
    give_to(terminal.slave.get(), account);
  }
  const winsize size{clamp(request.size.rows), clamp(request.size.columns),
                     clamp(request.size.width_pixels), clamp(request.size.height_pixels)};
  ::ioctl(terminal.slave.get(), TIOCSWINSZ, &size);
  set_modes(terminal.slave.get(), request.modes);
  ::fcntl(terminal.master.get(), F_SETFL, O_RDWR | O_NONBLOCK);
  return terminal;
}

Result<void> take_terminal(int slave) {
  if (::setsid() < 0 || ::ioctl(slave, TIOCSCTTY, 0) != 0) {
    return failure(fmt::format("controlling terminal: {}", std::strerror(errno)));
  }
  return {};
}

}  // namespace ssh::host::monitor
