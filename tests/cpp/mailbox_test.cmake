# Run with -D PROGRAM: the mailbox example on scripts of its network.
cmake_policy(VERSION 3.20)

function(expect name expected_result expected_output input)
  set(file ${CMAKE_CURRENT_BINARY_DIR}/mailbox_${name}.txt)
  file(WRITE ${file} "${input}")
  execute_process(COMMAND ${PROGRAM} INPUT_FILE ${file} RESULT_VARIABLE result
    OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  file(REMOVE ${file})
  if(NOT result EQUAL expected_result OR NOT "${output}${errors}" MATCHES "${expected_output}")
    message(FATAL_ERROR "${name}: exit ${result}\n${output}${errors}")
  endif()
endfunction()

set(session "1 Notify_Connected
1 Receive_Login
1 Notify_PasswordRight
1 Transmit_Welcome
1 Receive_Fetch
1 Transmit_Mail
1 Receive_Quit
1 Transmit_Goodbye
")
expect(whole 0 "^0 refused, 0 tolerated, 0 still open\n$" "${session}")
# Enforced: the step is refused, with the reason, and the connection closed.
expect(enforce 1 "connection 2 .enforce.: statecall 'Transmit_Mail' refused by automaton 'session'.*\
\\^.*accepted here would have been\n +Receive_Login  Receive_Quit\n.*the last statecalls.*\
 s  Notify_Connected\n.* s  Transmit_Mail  .refused.\nconnection 2: there is none\n\
1?2? refused, 0 tolerated, 0 still open\n$"
  "2 Notify_Connected\n2 Transmit_Mail\n2 Receive_Login\n")
# Reported only: said once, and the connection goes on.
expect(report 0 "^connection 3 .report-only.: [^:]*: not allowed here\n.*\n0 refused, 2 tolerated, 1 still open\n$"
  "mode report-only\n3 Notify_Connected\n3 Transmit_Mail\n3 Transmit_Mail\n3 Receive_Login\n")
expect(off 0 "^0 refused, 1 tolerated, 1 still open\n$"
  "mode off\n3 Notify_Connected\n3 Transmit_Mail\n")
# Enforced again, while it runs.
expect(again 1 "1 refused, 1 tolerated, 0 still open\n$"
  "mode off\n3 Notify_Connected\n3 Transmit_Mail\nmode enforce\n3 Transmit_Mail\n")
expect(idle 0 "^connection 4: idle, closed\n0 refused, 0 tolerated, 1 still open\n$"
  "4 Notify_Connected\ntick\n5 Notify_Connected\ntick\n")
set(crowd "")
foreach(n RANGE 1 1001)
  string(APPEND crowd "${n} Notify_Connected\n")
endforeach()
expect(full 1 "^connection [0-9]+ turned away: full\n1 refused, 0 tolerated, 1000 still open\n$"
  "${crowd}")
expect(nonsense 2 "no statecall: Recieve" "1 Recieve\n")
expect(bad_mode 2 "no mode: on" "mode on\n")
