# Prints a C table of the tests that name each rule, for `cairn schema rules`.
# Usage: awk -f tools/lib/rule-tests.awk TEST_SOURCE...
BEGIN {
    print "/* Made by tools/lib/rule-tests.awk from tests/core/; changes belong there. */"
    print "#include \"tools/rule_tests.h\"\n"
    print "const char *const rule_tests[RULE_COUNT] = {"
}

FNR == 1 { place = ""; file = FILENAME; sub(/^.*\//, "", file); sub(/\.c$/, "", file) }

/^[a-z].*[a-z0-9_]\(.*[^;]$/ {
    place = $0
    sub(/\(.*/, "", place)
    sub(/^.*[ *]/, "", place)
}

/^[}]/ { place = "" }

{
    rest = $0
    while (match(rest, /RULE_[A-Z]+_[0-9]+[A-Z]*/)) {
        rule = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        what = file (place == "" ? "" : ": " place)
        if (!((rule, what) in named)) {
            named[rule, what] = 1
            tests[rule] = tests[rule] (tests[rule] == "" ? "" : ", ") what
        }
    }
}

END {
    for (rule in tests) {
        print "    [" rule "] =\n        \"" tests[rule] "\","
    }
    print "};"
}
