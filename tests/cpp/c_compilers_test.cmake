# Run with -D SPLC, NM, SOURCE, HERE, DIRECTORY. The C monitor of several policies with every C compiler
# that there is, all warnings on, freestanding; the object may need nothing from a library but what
# every compiler wants. And from C++, as a header.
file(REMOVE_RECURSE ${DIRECTORY})
set(warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
set(allowed memcpy memmove memset memcmp _GLOBAL_OFFSET_TABLE_)
set(policies ${SOURCE}/examples/ping.spl ${SOURCE}/ssh-server/policy/ssh_all.spl ${HERE}/tricky.spl
  ${HERE}/many.spl)

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGV}: ${result}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(only_allowed object)
  run(${NM} --undefined-only --format=posix ${object})
  string(REGEX MATCHALL "[^\n]+" lines "${output}")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE " .*" "" symbol "${line}")
    if(NOT symbol IN_LIST allowed)
      message(FATAL_ERROR "${object}: a freestanding program would need '${symbol}'")
    endif()
  endforeach()
endfunction()

foreach(policy IN LISTS policies)
  get_filename_component(stem ${policy} NAME_WE)
  run(${SPLC} cpp --lang=c -q ${policy} --out-dir ${DIRECTORY} --stem ${stem})
  foreach(compiler gcc clang tcc)
    find_program(found_${compiler} ${compiler} REQUIRED)
    set(flags -O2 ${warnings})
    if(compiler STREQUAL "tcc")
      set(flags -Wall -Werror)
    endif()
    foreach(file ${stem} ${stem}_source_map)
      run(${found_${compiler}} -std=c99 -ffreestanding ${flags} -c ${DIRECTORY}/${file}.c
          -o ${DIRECTORY}/${file}.o)
    endforeach()
    only_allowed(${DIRECTORY}/${stem}.o)
  endforeach()
  run(${found_gcc} -x c++ -std=c++11 ${warnings} -fsyntax-only ${DIRECTORY}/${stem}.h)
endforeach()
