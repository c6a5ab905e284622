# cmake/package.cmake -- a Debian package of what is installed: `cpack -G DEB` in the build directory.
set(CPACK_PACKAGE_NAME cairn)
set(CPACK_PACKAGE_VENDOR "Cairn")
set(CPACK_PACKAGE_CONTACT "Cairn's maintainers <maintainers@cairn.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "event store that can be audited")
set(CPACK_PACKAGE_DESCRIPTION
  "Cairn keeps signed, hash-chained events of a secure research enclave in an append-only log, answers
forensic questions from it, writes compliance reports, and shows it to auditors, who verify what they see
with a tool that trusts no server.")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS systemd) # its sysusers and tmpfiles; the service
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libcurl4, chrony") # alerts to webhooks; a clock to compare with
# Machines are for who wants them: most stores have none, and a hypervisor is no small thing to bring along.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libvirt-daemon-system, libvirt-clients, qemu-system-x86, qemu-utils")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${PROJECT_SOURCE_DIR}/tools/debian/conffiles
  ${PROJECT_SOURCE_DIR}/tools/debian/postinst
  ${PROJECT_SOURCE_DIR}/tools/debian/prerm
  ${PROJECT_SOURCE_DIR}/tools/debian/postrm)
include(CPack)
