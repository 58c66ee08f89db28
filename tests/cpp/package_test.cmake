# Run with -D BUILD, SOURCE, DIRECTORY, GENERATOR, MAKE_PROGRAM, CXX. Installs the package to a new prefix, builds a copy of
# examples/ against it, runs it, and checks that the monitor is made again when an imported file
# changes, and only then.
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGV}: ${result}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_host expected_result expected_output)
  execute_process(COMMAND ${DIRECTORY}/build/ping_host ${ARGN} RESULT_VARIABLE result
    OUTPUT_VARIABLE output)
  if(NOT result EQUAL expected_result OR NOT output MATCHES "${expected_output}")
    message(FATAL_ERROR "ping_host ${ARGN}: exit ${result}\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${DIRECTORY})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${DIRECTORY}/prefix)
# The policy, split in two, so that there is an import to change.
file(COPY ${SOURCE}/examples/ping DESTINATION ${DIRECTORY}/examples)
file(COPY ${SOURCE}/examples/ping.spl DESTINATION ${DIRECTORY}/examples)
file(RENAME ${DIRECTORY}/examples/ping.spl ${DIRECTORY}/examples/ping_parts.spl)
file(WRITE ${DIRECTORY}/examples/ping.spl "import \"ping_parts.spl\";\n")

run(${CMAKE_COMMAND} -S ${DIRECTORY}/examples/ping -B ${DIRECTORY}/build -G ${GENERATOR}
    -DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM} -DCMAKE_CXX_COMPILER=${CXX}
    -DCMAKE_PREFIX_PATH=${DIRECTORY}/prefix -DCMAKE_BUILD_TYPE=Debug)
run(${CMAKE_COMMAND} --build ${DIRECTORY}/build)
expect_host(0 "Receive_Ping_EchoReply\nNotify_Ping_Done\nfinished" reply done)
expect_host(3 "'Notify_Ping_Done' refused by automaton 'ping'" done)

# Nothing changed: nothing to do.
run(${CMAKE_COMMAND} --build ${DIRECTORY}/build)
if(output MATCHES "Compiling policy")
  message(FATAL_ERROR "a build without a change compiled the policy again:\n${output}")
endif()
# A comment in the imported file: compiled again, once, though the monitor stays the same.
file(APPEND ${DIRECTORY}/examples/ping_parts.spl "// one more line\n")
run(${CMAKE_COMMAND} --build ${DIRECTORY}/build)
if(NOT output MATCHES "Compiling policy")
  message(FATAL_ERROR "a change of the imported file went unnoticed:\n${output}")
endif()
run(${CMAKE_COMMAND} --build ${DIRECTORY}/build)
if(output MATCHES "Compiling policy")
  message(FATAL_ERROR "an unchanged monitor is compiled again and again:\n${output}")
endif()
# A change of meaning: the new monitor refuses what the old one took.
file(READ ${DIRECTORY}/examples/ping_parts.spl text)
string(REPLACE "Notify_Ping_Done;\n        exit;" "Notify_Ping_Done;\n        abort;" text "${text}")
file(WRITE ${DIRECTORY}/examples/ping_parts.spl "${text}")
run(${CMAKE_COMMAND} --build ${DIRECTORY}/build)
expect_host(3 "abort reached" reply done)
# A policy with an error stops the build and leaves the old files.
file(APPEND ${DIRECTORY}/examples/ping_parts.spl "automaton {\n")
execute_process(COMMAND ${CMAKE_COMMAND} --build ${DIRECTORY}/build RESULT_VARIABLE result
  OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0 OR NOT output MATCHES "ping_parts.spl:[0-9]+:[0-9]+: error")
  message(FATAL_ERROR "a broken policy did not stop the build:\n${output}")
endif()
file(REMOVE_RECURSE ${DIRECTORY})
