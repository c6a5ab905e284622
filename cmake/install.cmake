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

install(TARGETS cairn cairn-verify RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${made}/cairn.1 ${PROJECT_SOURCE_DIR}/docs/cairn-verify.1
  DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_BINARY_DIR}/generated/docs/cairn-events.7 ${made}/cairn-query.7
  DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)
install(FILES ${made}/cairn.bash RENAME cairn
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${made}/_cairn DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${made}/cairn.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
