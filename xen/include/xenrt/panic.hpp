// The end of a program that has found a bug in itself. Each platform has its own: a hosted program
// (xen/hosted) prints and aborts, the unikernel prints, shows its registers and powers off.
#pragma once

#include <string_view>

namespace xenrt {

/// Says what is wrong, with where it was found, and does not return.
[[noreturn]] void panic(std::string_view what);

}  // namespace xenrt
