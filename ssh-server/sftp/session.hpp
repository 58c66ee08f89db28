// What a Server is inside: packets, the monitor, back-pressure, copies; and one function per
// request, which messages.cpp's table names.
//
// Invariants: every request announced to the monitor is answered once, through send() or read();
// after ended_ is set nothing is handled. Before a request is handled, less than kMostUnsent is
// unsent, so the buffers are bounded.
#pragma once

#include <deque>
#include <optional>

#include "sftp/buffer.hpp"
#include "sftp/handles.hpp"
#include "sftp/messages.hpp"
#include "ssh/sftp.hpp"
#include "wire/writer.hpp"

namespace ssh::sftp {

class Session {
 public:
  Session(FileSystem& files, const Options& options);

  // What Server offers, under the same names.
  bool wants_input() const { return !ended_ && !input_ended_ && !held_up(); }
  std::size_t receive(ByteView bytes);
  MutableBytes input_room();
  void received(std::size_t count);
  void end_of_input();
  ByteView unsent() const { return out_.view(); }
  void sent(std::size_t count);
  bool has_work() const { return !ended_ && !copies_.empty() && out_.size() < kMostUnsent; }
  void work();
  const std::optional<Error>& ended() const { return ended_; }
  std::size_t open_handles() const { return handles_.size(); }
  void set_tap(Tap* tap);

  // Requests. `in` holds the fields behind the id, or behind the extension's name.
  void open(std::uint32_t id, wire::Reader& in);
  void close(std::uint32_t id, wire::Reader& in);
  void read(std::uint32_t id, wire::Reader& in);
  void write(std::uint32_t id, wire::Reader& in);
  void lstat(std::uint32_t id, wire::Reader& in);
  void fstat(std::uint32_t id, wire::Reader& in);
  void setstat(std::uint32_t id, wire::Reader& in);
  void fsetstat(std::uint32_t id, wire::Reader& in);
  void opendir(std::uint32_t id, wire::Reader& in);
  void readdir(std::uint32_t id, wire::Reader& in);
  void remove(std::uint32_t id, wire::Reader& in);
  void mkdir(std::uint32_t id, wire::Reader& in);
  void rmdir(std::uint32_t id, wire::Reader& in);
  void realpath(std::uint32_t id, wire::Reader& in);
  void stat(std::uint32_t id, wire::Reader& in);
  void rename(std::uint32_t id, wire::Reader& in);
  void readlink(std::uint32_t id, wire::Reader& in);
  void symlink(std::uint32_t id, wire::Reader& in);
  void posix_rename(std::uint32_t id, wire::Reader& in);
  void statvfs(std::uint32_t id, wire::Reader& in);
  void fstatvfs(std::uint32_t id, wire::Reader& in);
  void hardlink(std::uint32_t id, wire::Reader& in);
  void fsync(std::uint32_t id, wire::Reader& in);
  void lsetstat(std::uint32_t id, wire::Reader& in);
  void limits(std::uint32_t id, wire::Reader& in);
  void expand_path(std::uint32_t id, wire::Reader& in);
  void copy_data(std::uint32_t id, wire::Reader& in);
  void home_directory(std::uint32_t id, wire::Reader& in);
  void users_groups_by_id(std::uint32_t id, wire::Reader& in);

 private:
  static constexpr std::size_t kLengthBytes = 4;
  static constexpr std::size_t kMostUnsent = 256 * 1024;
  static constexpr std::size_t kMostWaitingBytes = 256 * 1024;
  static constexpr std::size_t kMostWaiting = 1024;

  /// A copy-data that is being done. Its two handles are blocked, and so stay open.
  struct Copy {
    std::uint32_t id = 0;
    Bytes source;
    Bytes target;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    /// 0 with to_end: as much as there is.
    std::uint64_t left = 0;
    bool to_end = false;
  };
  /// A packet that waits for a copy.
  struct Waiting {
    const Request* request = nullptr;
    Bytes packet;
  };

  // Packets: session.cpp.
  bool held_up() const;
  void handle_buffered();
  std::size_t handle_packets(ByteView bytes);
  std::size_t top_up(ByteView bytes);
  void handle_packet(ByteView packet);
  void handle_init(wire::Reader& in);
  void run(const Request& request, ByteView packet);
  bool is_allowed(const Request& request) const;
  bool announce(Statecall statecall);
  spl::rt::Verdict tick(Statecall statecall);
  void end(std::string why);
  void settle();

  // Answers: session.cpp.
  wire::Writer answer_to(std::uint32_t id);
  void send(const Answer& answer);
  void put_header(MutableBytes to, const Answer& answer, std::size_t size);
  void send_status(std::uint32_t id, Status status, std::string_view text = {});
  void send_status(std::uint32_t id, const Outcome<void>& outcome);
  void send_refusal(std::uint32_t id, const Refusal& refusal);
  void send_handle(std::uint32_t id, std::unique_ptr<File> file,
                   std::unique_ptr<Directory> directory);
  void send_attributes(std::uint32_t id, const Outcome<Attributes>& attributes);
  void send_name(std::uint32_t id, const Outcome<std::string>& name);
  void send_statistics(std::uint32_t id, const Outcome<Statistics>& statistics);

  // What requests have in common: requests.cpp.
  /// The fields were all there (else the session has ended), and no path has a NUL (else the client
  /// has been told).
  bool is_whole(std::uint32_t id, const wire::Reader& in,
                std::initializer_list<std::string_view> paths = {});
  /// Null if the session has ended, or the client has been told that there is no such handle.
  OpenHandle* handle_of(std::uint32_t id, const wire::Reader& in, ByteView name);
  File* file_of(std::uint32_t id, const wire::Reader& in, ByteView name);
  bool has_free_handle(std::uint32_t id);

  // Copies, and what waits for them: copies.cpp.
  std::array<OpenHandle*, 2> handles_named(const Request& request, ByteView packet);
  bool must_wait(const Request& request, ByteView packet);
  void wait(const Request& request, ByteView packet);
  void run_waiting();
  void finish_copy(const Copy& copy, const Refusal& how);

  FileSystem& files_;
  Options options_;
  sftp_policy::Monitor monitor_;
  std::uint64_t announced_ = 0;  // statecalls that it has not refused
  Tap* tap_ = nullptr;
  std::optional<Error> ended_;
  bool input_ended_ = false;
  Buffer in_;
  std::size_t room_wanted_ = 16 * 1024;
  std::size_t room_given_ = 0;
  Buffer out_;
  Bytes scratch_;
  HandleTable handles_;
  std::deque<Copy> copies_;
  std::deque<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  /// A copy has ended: some of what waits may run.
  bool look_at_waiting_ = false;
};

}  // namespace ssh::sftp
