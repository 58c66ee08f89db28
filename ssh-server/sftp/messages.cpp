// See messages.hpp. Numbers: draft-ietf-secsh-filexfer-02 section 3; extensions: OpenSSH's PROTOCOL
// section 4, and draft-ietf-secsh-filexfer-extensions-00 section 7 for copy-data.
#include "sftp/messages.hpp"

#include "sftp/session.hpp"

namespace ssh::sftp {
namespace {

using S = Statecall;
using X = Session;
constexpr std::uint8_t kExt = kExtendedType;

// clang-format off
constexpr Request kRequests[] = {
    // type, statecall, name, handler, handles, writes, extension, its version
    {1, S::Receive_Sftp_Init, {}},
    {3, S::Receive_Sftp_Open, "open", &X::open},
    {4, S::Receive_Sftp_Close, "close", &X::close, kOneHandle},
    {5, S::Receive_Sftp_Read, "read", &X::read, kOneHandle},
    {6, S::Receive_Sftp_Write, "write", &X::write, kOneHandle, true},
    {7, S::Receive_Sftp_Lstat, "lstat", &X::lstat},
    {8, S::Receive_Sftp_Fstat, "fstat", &X::fstat, kOneHandle},
    {9, S::Receive_Sftp_Setstat, "setstat", &X::setstat, kNoHandle, true},
    {10, S::Receive_Sftp_Fsetstat, "fsetstat", &X::fsetstat, kOneHandle, true},
    {11, S::Receive_Sftp_Opendir, "opendir", &X::opendir},
    {12, S::Receive_Sftp_Readdir, "readdir", &X::readdir, kOneHandle},
    {13, S::Receive_Sftp_Remove, "remove", &X::remove, kNoHandle, true},
    {14, S::Receive_Sftp_Mkdir, "mkdir", &X::mkdir, kNoHandle, true},
    {15, S::Receive_Sftp_Rmdir, "rmdir", &X::rmdir, kNoHandle, true},
    {16, S::Receive_Sftp_Realpath, "realpath", &X::realpath},
    {17, S::Receive_Sftp_Stat, "stat", &X::stat},
    {18, S::Receive_Sftp_Rename, "rename", &X::rename, kNoHandle, true},
    {19, S::Receive_Sftp_Readlink, "readlink", &X::readlink},
    {20, S::Receive_Sftp_Symlink, "symlink", &X::symlink, kNoHandle, true},
    {kExt, S::Receive_Sftp_Extended_PosixRename, "posix-rename", &X::posix_rename, kNoHandle, true,
     "posix-rename@openssh.com", "1"},
    {kExt, S::Receive_Sftp_Extended_Statvfs, "statvfs", &X::statvfs, kNoHandle, false,
     "statvfs@openssh.com", "2"},
    {kExt, S::Receive_Sftp_Extended_Fstatvfs, "fstatvfs", &X::fstatvfs, kOneHandle, false,
     "fstatvfs@openssh.com", "2"},
    {kExt, S::Receive_Sftp_Extended_Hardlink, "hardlink", &X::hardlink, kNoHandle, true,
     "hardlink@openssh.com", "1"},
    {kExt, S::Receive_Sftp_Extended_Fsync, "fsync", &X::fsync, kOneHandle, true,
     "fsync@openssh.com", "1"},
    {kExt, S::Receive_Sftp_Extended_Lsetstat, "lsetstat", &X::lsetstat, kNoHandle, true,
     "lsetstat@openssh.com", "1"},
    {kExt, S::Receive_Sftp_Extended_Limits, "limits", &X::limits, kNoHandle, false,
     "limits@openssh.com", "1"},
    {kExt, S::Receive_Sftp_Extended_ExpandPath, "expand-path", &X::expand_path, kNoHandle, false,
     "expand-path@openssh.com", "1"},
    {kExt, S::Receive_Sftp_Extended_CopyData, "copy-data", &X::copy_data, kTwoHandles, true,
     "copy-data", "1"},
    {kExt, S::Receive_Sftp_Extended_HomeDirectory, "home-directory", &X::home_directory, kNoHandle,
     false, "home-directory", "1"},
    {kExt, S::Receive_Sftp_Extended_UsersGroupsById, "users-groups-by-id", &X::users_groups_by_id,
     kNoHandle, false, "users-groups-by-id@openssh.com", "1"},
    {kExt, S::Receive_Sftp_Extended_Unknown, {}},
    {0, S::Receive_Sftp_Unknown, {}},
};
// clang-format on

constexpr Answer kAnswers[] = {answer::kVersion,      answer::kStatus, answer::kHandle,
                               answer::kData,         answer::kName,   answer::kAttrs,
                               answer::kExtendedReply};

constexpr bool each_statecall_has_one_row() {
  for (std::uint32_t s = 0; s < sftp_policy::Policy::statecall_count; ++s) {
    const auto statecall = static_cast<Statecall>(s);
    int rows = statecall == Statecall::Notify_Sftp_End ? 1 : 0;
    for (const Request& request : kRequests) rows += request.received == statecall ? 1 : 0;
    for (const Answer& answer : kAnswers) rows += answer.transmitted == statecall ? 1 : 0;
    if (rows != 1) return false;
  }
  return true;
}
static_assert(each_statecall_has_one_row());
static_assert(std::size(kRequests) <= 64, "RequestSet has room for 64");

constexpr std::size_t kUnknown = std::size(kRequests) - 1;
constexpr std::size_t kUnknownExtension = kUnknown - 1;

}  // namespace

std::span<const Request> requests() {
  return kRequests;
}

const Request& find_request(std::uint8_t type, std::string_view extension) {
  if (type == kExtendedType) {
    for (const Request& request : kRequests) {
      if (!request.extension.empty() && request.extension == extension) return request;
    }
    return kRequests[kUnknownExtension];
  }
  // INIT is 1 and the first row, VERSION (2) is no request, and the others follow without a gap.
  static_assert(kRequests[1].type == 3 && kRequests[18].type == 20);
  if (type == kInitType) return kRequests[0];
  if (type >= 3 && type <= 20) return kRequests[type - 2];
  return kRequests[kUnknown];
}

std::size_t index_of(const Request& request) {
  return static_cast<std::size_t>(&request - kRequests);
}

Result<RequestSet> RequestSet::parse(std::string_view names) {
  RequestSet set = none();
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    bool found = false;
    for (const Request& request : kRequests) {
      if (name.empty() || request.name != name) continue;
      set.bits_.set(index_of(request));
      found = true;
    }
    if (!found) return ssh::failure("no such sftp request: '" + std::string(name) + "'");
  }
  return set;
}

std::vector<std::string_view> RequestSet::names() {
  std::vector<std::string_view> names;
  for (const Request& request : kRequests) {
    if (!request.name.empty()) names.push_back(request.name);
  }
  return names;
}

}  // namespace ssh::sftp
