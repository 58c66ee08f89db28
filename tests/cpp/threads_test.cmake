# Run with -D CXX, SOURCE, INCLUDES, DIRECTORY. Compiles the threads' program with ThreadSanitizer,
# whatever the preset has, and runs it: the rules kept, no race; a rule broken on purpose, a race.
cmake_policy(VERSION 3.20)
file(MAKE_DIRECTORY ${DIRECTORY})
set(program ${DIRECTORY}/threads)
execute_process(
  COMMAND ${CXX} -std=c++20 -O1 -g -fsanitize=thread -pthread -Wall -Wextra -Wpedantic -Wshadow
          -Wconversion -Werror ${INCLUDES} ${SOURCE} -o ${program}
  RESULT_VARIABLE result ERROR_VARIABLE errors)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${errors}")
endif()

# ThreadSanitizer of g++ 12 cannot live with the address space layout of some newer kernels and says
# so; without randomisation it can.
function(run_threads)
  execute_process(COMMAND ${program} ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output
    ERROR_VARIABLE errors)
  if(errors MATCHES "unexpected memory mapping")
    execute_process(COMMAND setarch --addr-no-randomize ${program} ${ARGN}
      RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  endif()
  set(result "${result}" PARENT_SCOPE)
  set(output "${output}${errors}" PARENT_SCOPE)
endfunction()

run_threads()
if(NOT result EQUAL 0 OR NOT output MATCHES "all threads agree" OR output MATCHES "WARNING")
  message(FATAL_ERROR "exit ${result}\n${output}")
endif()
run_threads(race)
if(result EQUAL 0 OR NOT output MATCHES "ThreadSanitizer: data race")
  message(FATAL_ERROR "a race on purpose was not found: exit ${result}\n${output}")
endif()
