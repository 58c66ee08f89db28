# Run with -D DAEMON, DIRECTORY. Plays two peers to the C example: one of them breaks the protocol, is
# told so, and may go on.
function(expect expected_result input)
  file(WRITE ${DIRECTORY}/ping_daemon.txt "${input}")
  execute_process(COMMAND ${DAEMON} INPUT_FILE ${DIRECTORY}/ping_daemon.txt
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  if(NOT result EQUAL expected_result)
    message(FATAL_ERROR "exit ${result}, not ${expected_result}\n${output}${errors}")
  endif()
  foreach(part IN LISTS ARGN)
    string(FIND "${output}${errors}" "${part}" at)
    if(at EQUAL -1)
      message(FATAL_ERROR "no '${part}' in:\n${output}${errors}")
    endif()
  endforeach()
endfunction()

expect(0 "0 reply\n1 done\n1 timeout\n0 ask\n0 reply\n0 done\n1 done\n"
  "peer 0: Receive_Ping_EchoReply\n"
  "peer 1: statecall 'Notify_Ping_Done' refused by automaton 'ping': not allowed here\n"
  "ping.spl:18:7\n"
  "accepted here would have been\n      Notify_Ping_SummaryWanted  Transmit_Ping_EchoRequest\n"
  "peer 0: Notify_Ping_Summary\n" "peer 0: finished\npeer 1: finished\n")
expect(1 "3 timeout\n"
  "peer 3: not finished; next: Notify_Ping_Done Notify_Ping_SummaryWanted Transmit_Ping_EchoRequest")
expect(2 "4 reply\n" "each line")
