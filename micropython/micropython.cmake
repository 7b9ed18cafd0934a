# For ports that are built with CMake (ESP32, RP2): USER_C_MODULES=<this repository>/micropython/micropython.cmake
set(COSY_DIR ${CMAKE_CURRENT_LIST_DIR}/..)

# Parts that can be left out; micropython.mk says what is in them.
set(COSY_MP_V2 1 CACHE STRING "asyn and the submodules of uasyncio: 0 or 1")
set(COSY_MP_FAMILY 1 CACHE STRING "Broadcast, Flags and their like in cosy: 0 or 1")

add_library(usermod_cosy INTERFACE)
file(GLOB COSY_SOURCES CONFIGURE_DEPENDS
  ${COSY_DIR}/micropython/*.c ${COSY_DIR}/src/core/*.c ${COSY_DIR}/src/sync/*.c)
if(COSY_MP_V2 EQUAL 0)
  list(FILTER COSY_SOURCES EXCLUDE REGEX "/micropython/(asyn.*|synchro)\\.c$")
endif()
if(COSY_MP_FAMILY EQUAL 0)
  list(FILTER COSY_SOURCES EXCLUDE REGEX
    "/micropython/cosy_(broadcast|flags|limiter|once|rwlock|waitgroup|watch)\\.c$")
endif()
target_sources(usermod_cosy INTERFACE ${COSY_SOURCES} ${COSY_DIR}/src/inline.c)
target_include_directories(usermod_cosy INTERFACE ${COSY_DIR}/micropython ${COSY_DIR}/include)
# COSY_HOSTED=0: no libc, no names, timers without storage. Subpackages: `import uasyncio.synchro` finds a C module.
target_compile_definitions(usermod_cosy INTERFACE COSY_HOSTED=0 MICROPY_MODULE_BUILTIN_SUBPACKAGES=1
  COSY_MP_V2=${COSY_MP_V2} COSY_MP_FAMILY=${COSY_MP_FAMILY})
target_link_libraries(usermod INTERFACE usermod_cosy)
