# cmake -D OUT=FILE -P cmake/verify-page.cmake PAGE SCRIPT: verify.html with verify.js in it, so that one
# file can be kept and opened from disk.
math(EXPR last "${CMAKE_ARGC} - 1")
math(EXPR before "${CMAKE_ARGC} - 2")
file(READ "${CMAKE_ARGV${before}}" page)
file(READ "${CMAKE_ARGV${last}}" script)
string(REPLACE "@verify.js@\n" "${script}" page "${page}")
file(WRITE ${OUT} "${page}")
