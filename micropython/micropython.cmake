# For ports that are built with CMake (ESP32, RP2): USER_C_MODULES=<this repository>/micropython/micropython.cmake
set(COSY_DIR ${CMAKE_CURRENT_LIST_DIR}/..)

add_library(usermod_cosy INTERFACE)
file(GLOB COSY_SOURCES CONFIGURE_DEPENDS
  ${COSY_DIR}/micropython/*.c ${COSY_DIR}/src/core/*.c ${COSY_DIR}/src/sync/*.c)
target_sources(usermod_cosy INTERFACE ${COSY_SOURCES} ${COSY_DIR}/src/inline.c)
target_include_directories(usermod_cosy INTERFACE ${COSY_DIR}/micropython ${COSY_DIR}/include)
# COSY_HOSTED=0: no libc, no names, timers without storage. Subpackages: `import uasyncio.synchro` finds a C module.
target_compile_definitions(usermod_cosy INTERFACE COSY_HOSTED=0 MICROPY_MODULE_BUILTIN_SUBPACKAGES=1)
target_link_libraries(usermod INTERFACE usermod_cosy)
