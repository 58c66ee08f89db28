// The standard streams of one run. Everything that splc prints goes through here, so that a full
// disk or a closed pipe behind standard output becomes an exit status instead of silence.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spl::driver {

enum class ColourWhen : std::uint8_t { automatic, always, never };

class Console {
 public:
  /// Standard output, buffered. After a failed write the rest is dropped.
  void out(std::string_view text);
  /// Standard error, at once.
  void err(std::string_view text);
  /// Pushes out what is buffered. False if anything could not be written, now or earlier.
  bool flush();
  [[nodiscard]] bool failed() const { return error_ != 0; }
  /// Why standard output failed ("Broken pipe").
  [[nodiscard]] std::string failure() const;
  /// The reader went away: nothing to tell anybody.
  [[nodiscard]] bool broken_pipe() const;

  void set_colour(ColourWhen when) { colour_ = when; }
  [[nodiscard]] bool colour_out() const { return colour_on(1); }
  [[nodiscard]] bool colour_err() const { return colour_on(2); }

  /// "splc: error: MESSAGE" and, if there is one, "splc: hint: HINT" on standard error.
  void error(std::string_view message, std::string_view hint = {});
  /// "splc: MESSAGE": progress and remarks, on standard error.
  void note(std::string_view message);

 private:
  [[nodiscard]] bool colour_on(int descriptor) const;

  ColourWhen colour_ = ColourWhen::automatic;
  std::string pending_;
  int error_ = 0;
};

/// Text in colour if `on`: an SGR parameter ("1;31"), then back to normal.
[[nodiscard]] std::string paint(std::string_view text, std::string_view sgr, bool on);

}  // namespace spl::driver
