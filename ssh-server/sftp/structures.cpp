// See structures.hpp.
#include "sftp/structures.hpp"

namespace ssh::sftp {
namespace {

// Section 5. Owner, and times, come in pairs.
constexpr std::uint32_t kSize = 0x1;
constexpr std::uint32_t kOwner = 0x2;
constexpr std::uint32_t kPermissions = 0x4;
constexpr std::uint32_t kTimes = 0x8;
constexpr std::uint32_t kExtended = 0x80000000;

// PROTOCOL section 4.4.
constexpr std::uint64_t kReadOnly = 0x1;
constexpr std::uint64_t kNoSetuid = 0x2;

}  // namespace

Attributes read_attributes(wire::Reader& from) {
  Attributes attributes;
  const std::uint32_t flags = from.u32();
  if ((flags & kSize) != 0) attributes.size = from.u64();
  if ((flags & kOwner) != 0) {
    const std::uint32_t user = from.u32();
    attributes.owner = {user, from.u32()};
  }
  if ((flags & kPermissions) != 0) attributes.permissions = from.u32();
  if ((flags & kTimes) != 0) {
    const std::uint32_t access = from.u32();
    attributes.times = {access, from.u32()};
  }
  if ((flags & kExtended) != 0) {
    // Each pair takes eight bytes at least, so a packet bounds the loop, whatever the count says.
    for (std::uint32_t left = from.u32(); left != 0 && from.ok(); --left) {
      from.string();
      from.string();
    }
  }
  return attributes;
}

void write_attributes(wire::Writer& to, const Attributes& attributes) {
  to.u32((attributes.size ? kSize : 0) | (attributes.owner ? kOwner : 0) |
         (attributes.permissions ? kPermissions : 0) | (attributes.times ? kTimes : 0));
  if (attributes.size) to.u64(*attributes.size);
  if (attributes.owner) to.u32(attributes.owner->user).u32(attributes.owner->group);
  if (attributes.permissions) to.u32(*attributes.permissions);
  if (attributes.times) to.u32(attributes.times->access).u32(attributes.times->modification);
}

void write_statistics(wire::Writer& to, const Statistics& statistics) {
  to.u64(statistics.block_size).u64(statistics.fragment_size);
  to.u64(statistics.blocks).u64(statistics.free_blocks).u64(statistics.available_blocks);
  to.u64(statistics.files).u64(statistics.free_files).u64(statistics.available_files);
  to.u64(statistics.id);
  to.u64((statistics.read_only ? kReadOnly : 0) | (statistics.no_setuid ? kNoSetuid : 0));
  to.u64(statistics.name_max);
}

}  // namespace ssh::sftp
