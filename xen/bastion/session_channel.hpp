// A session channel (RFC 4254 section 6): the restricted console, one of its commands, or sftp on
// the log. There is no program, no shell and no file system behind it.
#pragma once

#include <memory>

#include "bastion/channel.hpp"
#include "bastion/console.hpp"
#include "bastion/line_editor.hpp"
#include "bastion/log_files.hpp"

namespace bastion {

class SessionChannel final : public Channel {
 public:
  struct Rights {
    bool console = false;  // else only a word about what this host is for
    bool terminal = true;
    std::string user;
  };
  /// `observed` and `files` outlive it; `own`: the number of its connection.
  SessionChannel(ChannelHost& host, ssh::ChannelId id, const Observed& observed,
                 ssh::sftp::FileSystem& files, std::uint32_t own, Rights rights)
      : Channel(host, id),
        observed_(observed),
        files_(files),
        own_(own),
        rights_(std::move(rights)) {}

  void data(ssh::ByteView bytes) override;
  void eof() override;
  bool request(const ssh::ChannelRequestKind& request) override;
  bool pump() override;
  [[nodiscard]] std::string describe() const override;

 private:
  enum class Runs { nothing, console, command, sftp };

  bool begin(Runs what);
  void prompt();
  void say(std::string_view text);
  void lines();
  void end(int status);
  bool pump_sftp();
  bool pump_text();

  const Observed& observed_;
  ssh::sftp::FileSystem& files_;
  std::uint32_t own_;
  Rights rights_;
  Runs runs_ = Runs::nothing;
  bool terminal_ = false;
  LineEditor editor_;
  std::string in_;        // typed, not looked at yet
  std::string out_;       // to be shown
  std::size_t sent_ = 0;  // of out_
  bool client_eof_ = false;
  std::optional<int> status_;  // it is over, once out_ has gone
  bool closed_ = false;
  std::unique_ptr<ssh::sftp::Server> sftp_;
  ssh::Bytes sftp_in_;
};

}  // namespace bastion
