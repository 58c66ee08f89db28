/* The main loop of a ping daemon in C99 that cannot break its own protocol: every step is announced
   to the monitor of examples/ping.spl before it is taken.

   The network is played by standard input, so that the example needs none. Each line is an event of
   one peer: its number, 0 to 3, and what happened, one of  reply  unreachable  timeout  ask  done.
   A step that the policy refuses is explained and dropped; the peer goes on as if it had not been.
   Exit code 0 if every peer that was heard of finished, 1 if one did not, 2 for a line that is no
   event. */
#include <stdio.h>
#include <string.h>

#include "ping.h" /* generated from ping.spl by spl_add_policy(... LANG C) */

#define PEERS 4

/* One monitor per peer, in its own record. Zeroed memory is a monitor at its start. */
struct peer {
  ping_monitor monitor;
  bool heard_of;
};

static struct peer peers[PEERS];

/* Takes a step if the policy allows it. */
static bool step(unsigned number, uint32_t statecall) {
  ping_monitor *monitor = &peers[number].monitor;
  if (ping_is_refusal(ping_tick(monitor, statecall))) {
    char text[1024]; /* what does not fit is cut off */
    /* The refused tick has changed nothing, so the monitor can still say why. */
    ping_explain(monitor, statecall, text, sizeof text);
    printf("peer %u: %s", number, text);
    return false;
  }
  printf("peer %u: %s\n", number, ping_name(statecall));
  return true;
}

/* Sends the next request if it is our turn: the policy knows, so nothing else need remember. */
static void send_if_due(unsigned number) {
  if (ping_would_accept(&peers[number].monitor, ping_Transmit_Ping_EchoRequest)) {
    step(number, ping_Transmit_Ping_EchoRequest);
  }
}

/* What an event of the outside world means in terms of the policy; false if it is none. */
static bool statecall_of(const char *event, enum ping_statecall *statecall) {
  static const struct {
    const char *event;
    enum ping_statecall statecall;
  } events[] = {{"reply", ping_Receive_Ping_EchoReply},
                {"unreachable", ping_Receive_Ping_Unreachable},
                {"timeout", ping_Notify_Ping_Timeout},
                {"ask", ping_Notify_Ping_SummaryWanted},
                {"done", ping_Notify_Ping_Done}};
  size_t i;
  for (i = 0; i < sizeof events / sizeof events[0]; ++i) {
    if (strcmp(event, events[i].event) == 0) {
      *statecall = events[i].statecall;
      return true;
    }
  }
  return false;
}

int main(void) {
  char line[80];
  unsigned number;
  int result = 0;
  while (fgets(line, sizeof line, stdin) != NULL) {
    char event[16];
    enum ping_statecall statecall;
    if (sscanf(line, "%u %15s", &number, event) != 2 || number >= PEERS ||
        !statecall_of(event, &statecall)) {
      fprintf(stderr, "each line: 0..%d {reply | unreachable | timeout | ask | done}\n", PEERS - 1);
      return 2;
    }
    peers[number].heard_of = true;
    if (statecall != ping_Notify_Ping_Done) send_if_due(number);
    if (step(number, statecall) && statecall == ping_Notify_Ping_SummaryWanted) {
      step(number, ping_Notify_Ping_Summary);
    }
  }
  for (number = 0; number < PEERS; ++number) {
    if (!peers[number].heard_of) continue;
    if (ping_finished(&peers[number].monitor)) {
      printf("peer %u: finished\n", number);
    } else {
      uint32_t s;
      printf("peer %u: not finished; next:", number);
      for (s = ping_next_allowed(&peers[number].monitor, 0); s < ping_statecall_count;
           s = ping_next_allowed(&peers[number].monitor, s + 1)) {
        printf(" %s", ping_name(s));
      }
      printf("\n");
      result = 1;
    }
  }
  return result;
}
