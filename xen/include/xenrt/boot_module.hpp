// The file that the loader has put beside the image: `ramdisk = "FILE"` of xl.cfg, `-initrd FILE`
// of QEMU (PVH's first module, xen/arch-x86/hvm/start_info.h).
#pragma once

#include <cstddef>
#include <span>

namespace xenrt {

/// All of its bytes, the same for the whole run; empty if there is none. Where the loader had put
/// it was overwritten with zeros, so this is the only copy: who finds secrets in it may overwrite
/// them.
[[nodiscard]] std::span<std::byte> boot_module() noexcept;

}  // namespace xenrt
