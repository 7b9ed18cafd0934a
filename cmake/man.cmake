# Manual pages from the comments of the public headers: the target `man`, and their installation.
find_package(Python3 COMPONENTS Interpreter QUIET)
if(NOT Python3_Interpreter_FOUND)
  message(STATUS "python3 is missing: no manual pages")
  return()
endif()

set(man_command ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/man.py --version ${PROJECT_VERSION}
  --out ${CMAKE_CURRENT_BINARY_DIR}/man ${PROJECT_SOURCE_DIR}/include)
add_custom_target(man COMMAND ${man_command} COMMENT "Writing manual pages" VERBATIM)

# Written when they are installed, so that no build waits for them. It takes a fraction of a second.
list(JOIN man_command "\" \"" man_words)
install(CODE "execute_process(COMMAND \"${man_words}\" RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR \"the manual pages could not be written\")
  endif()")
install(DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR})
