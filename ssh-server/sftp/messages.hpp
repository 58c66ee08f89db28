// The one table of SFTP's messages: number, name, statecall, and what handles it.
//
// A statecall of policy/sftp.spl without a row here does not compile, nor does a row without a
// statecall.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sftp_policy.hpp"
#include "wire/reader.hpp"

namespace ssh::sftp {

class Session;
using Statecall = sftp_policy::Statecall;

/// Where a request's fields have handles. copy-data has one, two numbers, and another one.
enum Handles : std::uint8_t { kNoHandle, kOneHandle, kTwoHandles };

/// What a client may send.
struct Request {
  using Handler = void (Session::*)(std::uint32_t id, wire::Reader& rest);

  /// draft-ietf-secsh-filexfer-02 section 3.
  std::uint8_t type = 0;
  Statecall received{};
  /// OpenSSH's name for the request, for lists of allowed ones; empty: not in such lists.
  std::string_view name{};
  /// Null: INIT, and what is unknown.
  Handler handler = nullptr;
  /// kOneHandle: its fields begin with one.
  Handles handles = kNoHandle;
  /// Changes the file system.
  bool writes = false;
  /// Of SSH_FXP_EXTENDED: the name of the extension and its version (PROTOCOL section 4).
  std::string_view extension{};
  std::string_view extension_version{};
};

/// What a server may send.
struct Answer {
  std::uint8_t type = 0;
  Statecall transmitted{};
};

namespace answer {
inline constexpr Answer kVersion{2, Statecall::Transmit_Sftp_Version};
inline constexpr Answer kStatus{101, Statecall::Transmit_Sftp_Status};
inline constexpr Answer kHandle{102, Statecall::Transmit_Sftp_Handle};
inline constexpr Answer kData{103, Statecall::Transmit_Sftp_Data};
inline constexpr Answer kName{104, Statecall::Transmit_Sftp_Name};
inline constexpr Answer kAttrs{105, Statecall::Transmit_Sftp_Attrs};
inline constexpr Answer kExtendedReply{201, Statecall::Transmit_Sftp_ExtendedReply};
}  // namespace answer

inline constexpr std::uint8_t kInitType = 1;
inline constexpr std::uint8_t kExtendedType = 200;

std::span<const Request> requests();
/// The row of a packet whose type has been read; of an extension, whose name has been.
const Request& find_request(std::uint8_t type, std::string_view extension);
std::size_t index_of(const Request& request);

}  // namespace ssh::sftp
