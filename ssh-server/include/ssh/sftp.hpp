// The door of ssh-server/sftp: the server's side of the SSH file transfer protocol, version 3
// (draft-ietf-secsh-filexfer-02), with OpenSSH's extensions (PROTOCOL section 4). Sans-IO: bytes
// in, bytes out, and a FileSystem that is asked for everything.
//
// What is guaranteed of order (the draft's section 6.1):
//   - Requests are handled in the order in which they come, each as soon as it is there, and
//   answered
//     in that order: a READ sees what an earlier WRITE to the file has written.
//   - Only copy-data takes its time. It is done in steps (work()), between which later requests
//     are handled and answered. Requests that name a handle which a copy uses wait for it, and keep
//     their order; so do requests that name a handle for which others wait. Requests by path do
//     not: whoever looks at the file by its name sees it half copied.
// The one rule of the order of messages is policy/sftp.spl's.
#pragma once

#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ssh/bytes.hpp"
#include "ssh/result.hpp"
#include "ssh/tap.hpp"

namespace ssh::sftp {

/// Section 7.
enum class Status : std::uint32_t {
  ok = 0,
  end_of_file = 1,
  no_such_file = 2,
  permission_denied = 3,
  failure = 4,
  bad_message = 5,
  unsupported = 8,
};

/// The words of a status when nothing better is known.
std::string_view to_string(Status status);

/// Why a request was not done. `text` is for the client's user; empty: the status says it all.
struct Refusal {
  Status status = Status::failure;
  std::string text;
};

template <typename T>
using Outcome = tl::expected<T, Refusal>;

inline tl::unexpected<Refusal> refuse(Status status, std::string text = {}) {
  return tl::unexpected<Refusal>(Refusal{status, std::move(text)});
}

/// Section 5. What is not there is not known, or not to be changed.
struct Attributes {
  struct Owner {
    std::uint32_t user = 0;
    std::uint32_t group = 0;
  };
  /// Seconds since 1970.
  struct Times {
    std::uint32_t access = 0;
    std::uint32_t modification = 0;
  };
  std::optional<std::uint64_t> size;
  std::optional<Owner> owner;
  /// As st_mode has it: the kind of file too, when a server tells it.
  std::optional<std::uint32_t> permissions;
  std::optional<Times> times;
};

/// statvfs@openssh.com.
struct Statistics {
  std::uint64_t block_size = 0;
  std::uint64_t fragment_size = 0;
  std::uint64_t blocks = 0;
  std::uint64_t free_blocks = 0;
  std::uint64_t available_blocks = 0;
  std::uint64_t files = 0;
  std::uint64_t free_files = 0;
  std::uint64_t available_files = 0;
  std::uint64_t id = 0;
  bool read_only = false;
  bool no_setuid = false;
  std::uint64_t name_max = 0;
};

struct DirectoryEntry {
  std::string name;
  /// As `ls -l` shows it.
  std::string long_name;
  Attributes attributes;
};

/// Section 6.3.
struct OpenMode {
  bool read = false;
  bool write = false;
  bool append = false;
  bool create = false;
  bool truncate = false;
  bool exclusive = false;
};

/// An open file. Closed when it is destroyed.
class File {
 public:
  virtual ~File() = default;
  /// As many bytes as there are, at most `to`'s; 0 at the end of the file.
  virtual Outcome<std::size_t> read(std::uint64_t offset, MutableBytes to) = 0;
  /// All of them, or a refusal. A file opened with `append` ignores the offset.
  virtual Outcome<void> write(std::uint64_t offset, ByteView data) = 0;
  virtual Outcome<Attributes> attributes() = 0;
  virtual Outcome<void> set_attributes(const Attributes& to) = 0;
  virtual Outcome<void> synchronize() = 0;
  virtual Outcome<Statistics> statistics() = 0;
  /// Whether the other one, of the same FileSystem, is the same file.
  virtual Outcome<bool> same_file(File& other) = 0;
  /// Some bytes of another file of the same FileSystem, at most `count`, within a bounded time; 0
  /// at that file's end. This one reads and writes.
  virtual Outcome<std::size_t> copy_from(File& source, std::uint64_t from, std::uint64_t to,
                                         std::uint64_t count);
};

/// A directory that is being read.
class Directory {
 public:
  virtual ~Directory() = default;
  /// The next entry, in any order, "." and ".." among them; nothing at the end.
  virtual Outcome<std::optional<DirectoryEntry>> next() = 0;
  virtual Outcome<Attributes> attributes() = 0;
  virtual Outcome<Statistics> statistics() = 0;
};

/// Whether a path's last component, if it is a symbolic link, stands for what it points to.
enum class Links { follow, keep };

/// Files by name. Paths are what the client sent: any bytes but NUL, any length, relative or
/// absolute, "" perhaps; where they may lead is for the FileSystem to decide. Calls are
/// made one at a time and block their Server.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Outcome<std::unique_ptr<File>> open(std::string_view path, const OpenMode& mode,
                                              const Attributes& attributes) = 0;
  virtual Outcome<std::unique_ptr<Directory>> open_directory(std::string_view path) = 0;
  virtual Outcome<Attributes> attributes(std::string_view path, Links links) = 0;
  virtual Outcome<void> set_attributes(std::string_view path, const Attributes& to,
                                       Links links) = 0;
  virtual Outcome<void> remove(std::string_view path) = 0;
  virtual Outcome<void> make_directory(std::string_view path, const Attributes& attributes) = 0;
  virtual Outcome<void> remove_directory(std::string_view path) = 0;
  /// Absolute, without "." and "..", links resolved; its last component need not exist.
  virtual Outcome<std::string> real_path(std::string_view path) = 0;
  /// As real_path(), after "~" and "~user" at its beginning.
  virtual Outcome<std::string> expand_path(std::string_view path) = 0;
  /// `replace`: a file that has the new name already goes; else that is a failure.
  virtual Outcome<void> rename(std::string_view from, std::string_view to, bool replace) = 0;
  virtual Outcome<std::string> read_link(std::string_view path) = 0;
  virtual Outcome<void> make_link(std::string_view target, std::string_view path) = 0;
  virtual Outcome<void> make_hard_link(std::string_view existing, std::string_view path) = 0;
  virtual Outcome<Statistics> statistics(std::string_view path) = 0;
  /// Empty if there is none.
  virtual std::string user_name(std::uint32_t id) = 0;
  virtual std::string group_name(std::uint32_t id) = 0;
};

/// Requests by OpenSSH's names for them ("open", "posix-rename": `sftp-server -Q requests`).
class RequestSet {
 public:
  static RequestSet all() { return RequestSet(true); }
  static RequestSet none() { return RequestSet(false); }
  /// Names between commas. An unknown one is an error.
  static Result<RequestSet> parse(std::string_view names);
  /// Every name, in the order of the protocol's numbers.
  static std::vector<std::string_view> names();

  bool has(std::size_t index) const { return index < kMost && bits_[index]; }
  RequestSet without(const RequestSet& others) const {
    RequestSet set(*this);
    set.bits_ &= ~others.bits_;
    return set;
  }

 private:
  static constexpr std::size_t kMost = 64;
  explicit RequestSet(bool value) {
    if (value) bits_.set();
  }
  std::bitset<kMost> bits_;
};

struct Options {
  /// Nothing that changes a file system is done, whatever the FileSystem would allow.
  bool read_only = false;
  /// All others are answered with "permission denied"; extensions among them are not offered.
  RequestSet allowed = RequestSet::all();
  std::size_t max_handles = 1000;
};

class Session;

/// One session of one client. Its memory is bounded: two buffers of less than 1 MiB each, the
/// handles, and at most 0.5 MiB of requests that wait for a copy.
class Server {
 public:
  /// A packet's length field; a longer one ends the session. As OpenSSH's.
  static constexpr std::size_t kMaxPacket = 256 * 1024;
  /// The most that one READ returns, and that fits into one WRITE.
  static constexpr std::size_t kMaxData = kMaxPacket - 1024;

  /// The FileSystem outlives the server.
  explicit Server(FileSystem& files, const Options& options = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Whether there is room for input now. It has none while much is unsent, or much waits for a
  /// copy; after sent() or work() it may have.
  bool wants_input() const;
  /// Handles what the client sent. Returns how many of the bytes were taken: all, unless
  /// wants_input() has become false; those left come again later.
  std::size_t receive(ByteView bytes);
  /// The same without a copy: room to read into (empty if not wants_input()), and how much of it
  /// was filled.
  MutableBytes input_room();
  void received(std::size_t count);
  /// Nothing more comes. What was received is still answered; copies, and what waits for them, are
  /// given up.
  void end_of_input();

  /// What is to be sent, and how much of it was. The view is valid until the next call of anything
  /// else. sent() also handles input that waited for room.
  ByteView unsent() const;
  void sent(std::size_t count);

  /// There is a copy to go on with: call work(), which does one bounded step, between input and
  /// output.
  bool has_work() const;
  void work();

  /// Set once the session has ended: nothing is taken any more; what is unsent may still be sent.
  /// An empty text: the client ended it, and everything was answered.
  const std::optional<Error>& ended() const;

  std::size_t open_handles() const;

  /// Who looks on from now on, null: nobody; as Session::set_tap() (ssh/session.hpp). There is one
  /// life, of sftp.spl: 0.
  void set_tap(Tap* tap);

 private:
  std::unique_ptr<Session> session_;
};

}  // namespace ssh::sftp
