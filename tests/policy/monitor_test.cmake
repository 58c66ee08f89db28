# examples/ssh_replay on a log, then on the same session with an IGNORE before NEWKEYS.
execute_process(COMMAND ${REPLAY} --print ${LOG} OUTPUT_VARIABLE trace COMMAND_ERROR_IS_FATAL ANY)
file(WRITE ${DIRECTORY}/session.trace "${trace}")
execute_process(COMMAND ${REPLAY} ${DIRECTORY}/session.trace OUTPUT_VARIABLE said RESULT_VARIABLE code)
if(NOT code EQUAL 0 OR NOT said MATCHES "^accepted: all [0-9]+ statecalls; the session is complete\n$")
  message(FATAL_ERROR "session: exit code ${code}\n${said}")
endif()

string(REPLACE "Notify_Kex_Strict\n" "Notify_Kex_Strict\nReceive_Transport_Ignore\n" attack "${trace}")
if(attack STREQUAL trace)
  message(FATAL_ERROR "the session was not strict:\n${trace}")
endif()
file(WRITE ${DIRECTORY}/attack.trace "${attack}")
execute_process(COMMAND ${REPLAY} ${DIRECTORY}/attack.trace OUTPUT_VARIABLE said RESULT_VARIABLE code)
if(NOT code EQUAL 1 OR NOT said MATCHES
   "REFUSED, as statecall 6 .*'Receive_Transport_Ignore' refused by automaton 'transport'.*transport.spl:[0-9]+.*accepted here would have been.*Receive_Kex_")
  message(FATAL_ERROR "attack: exit code ${code}\n${said}")
endif()

execute_process(COMMAND ${REPLAY} --print ${REPLAY} RESULT_VARIABLE code ERROR_VARIABLE said)
if(NOT code EQUAL 2 OR NOT said MATCHES "hint: ")
  message(FATAL_ERROR "no log: exit code ${code}\n${said}")
endif()
