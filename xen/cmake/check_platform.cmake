# The platform runs before the C library has relocated itself, so it may refer to nothing of it.
execute_process(COMMAND ${NM} -u ${OBJECT} OUTPUT_VARIABLE undefined COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^ \n]+" words "${undefined}")
list(REMOVE_ITEM words U _start __ehdr_start _end xenrt_symbol_count xenrt_symbol_base
     xenrt_symbol_offsets xenrt_symbol_names xenrt_symbol_text _GLOBAL_OFFSET_TABLE_)
if(words)
  file(REMOVE ${OBJECT})
  message(FATAL_ERROR "the platform refers to symbols of the C library: ${words}")
endif()
