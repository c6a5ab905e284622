# cmake/install.cmake -- what `cmake --install` puts where: programs, manual pages, completions.
include(GNUInstallDirs)

# made(OUTPUT arguments of cairn...): what the program prints about itself, as a file.
set(made ${PROJECT_BINARY_DIR}/installed)
file(MAKE_DIRECTORY ${made})
function(made output)
  add_custom_command(
    OUTPUT ${made}/${output}
    COMMAND cairn ${ARGN} >${made}/${output}
    DEPENDS cairn
    COMMENT "Printing ${output}")
  set_property(GLOBAL APPEND PROPERTY CAIRN_MADE ${made}/${output})
endfunction()
made(cairn.1 man)
made(cairn-query.7 man query)
made(cairnd.conf.5 man cairnd.conf)
made(cairnd.conf config example)
made(cairn.bash completion bash)
made(_cairn completion zsh)
made(cairn.fish completion fish)
get_property(all_made GLOBAL PROPERTY CAIRN_MADE)
add_custom_target(self_described ALL DEPENDS ${all_made})

install(TARGETS cairn cairnd cairn-verify cairn-vmc RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${made}/cairn.1 ${PROJECT_SOURCE_DIR}/docs/cairn-verify.1
  DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_BINARY_DIR}/generated/docs/cairn-events.7 ${made}/cairn-query.7
  DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)
install(FILES ${made}/cairn.bash RENAME cairn
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${made}/_cairn DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${made}/cairn.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

# The service: units, its user, its places, its settings. Where cairnd is, is known when it is
# installed.
set(systemd ${PROJECT_SOURCE_DIR}/tools/systemd)
install(CODE "set(CAIRN_BINDIR \${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR})
configure_file(${systemd}/cairnd.service.in ${made}/cairnd.service @ONLY)")
install(FILES ${made}/cairnd.service ${systemd}/cairnd.socket ${systemd}/cairnd-failed.service
  DESTINATION lib/systemd/system)
install(FILES ${systemd}/cairn.sysusers RENAME cairn.conf DESTINATION lib/sysusers.d)
install(FILES ${systemd}/cairn.tmpfiles RENAME cairn.conf DESTINATION lib/tmpfiles.d)
install(FILES ${systemd}/cairnd.conf DESTINATION /etc/cairn)
install(FILES ${made}/cairnd.conf ${systemd}/machines.conf DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${made}/cairnd.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${PROJECT_SOURCE_DIR}/docs/cairnd.8 ${PROJECT_SOURCE_DIR}/docs/cairn-vmc.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
