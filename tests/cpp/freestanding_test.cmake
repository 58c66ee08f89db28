# Run with -D CXX, NM, SOURCE, INCLUDES, DIRECTORY. Compiles the freestanding host at several levels of
# optimisation and checks that the object wants nothing but what every compiler wants of a
# freestanding program.
cmake_policy(VERSION 3.20)
file(MAKE_DIRECTORY ${DIRECTORY})
set(allowed memcpy memmove memset memcmp _GLOBAL_OFFSET_TABLE_)
foreach(level -O0 -O2 -Os)
  set(object ${DIRECTORY}/freestanding${level}.o)
  execute_process(
    COMMAND ${CXX} -std=c++20 ${level} -ffreestanding -fno-exceptions -fno-rtti
            -fno-threadsafe-statics -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
            ${INCLUDES} -c ${SOURCE} -o ${object}
    RESULT_VARIABLE result ERROR_VARIABLE errors)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${level}: ${errors}")
  endif()
  execute_process(COMMAND ${NM} --undefined-only --format=posix ${object}
    RESULT_VARIABLE result OUTPUT_VARIABLE symbols)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "nm failed on ${object}")
  endif()
  string(REGEX MATCHALL "[^\n]+" lines "${symbols}")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE " .*" "" symbol "${line}")
    if(NOT symbol IN_LIST allowed)
      message(FATAL_ERROR "${level}: a freestanding host would need '${symbol}'")
    endif()
  endforeach()
  # What initialises or ends with the program would need a start-up of its own.
  execute_process(COMMAND ${NM} --defined-only --format=posix ${object} OUTPUT_VARIABLE symbols)
  if(symbols MATCHES "_GLOBAL__sub_I|_ZTI|_ZTS|_ZGV")
    message(FATAL_ERROR "${level}: dynamic initialisation or type information:\n${symbols}")
  endif()
  if(NOT symbols MATCHES "host_explain")
    message(FATAL_ERROR "${level}: nm lists nothing:\n${symbols}")
  endif()
endforeach()
