# Headers, both libraries, pkg-config and CMake package files.
include(CMakePackageConfigHelpers)

install(TARGETS cosy cosy_shared EXPORT cosy
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(EXPORT cosy NAMESPACE cosy:: FILE cosyTargets.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/cosy)

configure_package_config_file(cmake/cosyConfig.cmake.in cosyConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/cosy)
write_basic_package_version_file(cosyConfigVersion.cmake COMPATIBILITY SameMinorVersion)
# Relative to the file itself, so that the installed tree can be moved.
file(RELATIVE_PATH cosy_pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/cosy.pc.in cosy.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/cosyConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/cosyConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/cosy)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/cosy.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

include(cmake/man.cmake)
