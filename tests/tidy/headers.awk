# Prints every header that does not open with a comment naming it, or is not guarded by its path:
# store/log.h by STORE_LOG_H. Usage, from the root: awk -f tests/tidy/headers.awk FILE...
function complain(file, sentence) {
    print file ": " sentence
    bad = 1
}

function end_of_file() {
    if (previous != "" && (asked != guard || defined != guard || last != "#endif")) {
        complain(previous, "the guard " guard " is missing")
    }
}

FNR == 1 {
    end_of_file()
    previous = FILENAME
    guard = toupper(FILENAME)
    gsub(/[^A-Z0-9]/, "_", guard)
    asked = defined = ""
    if ($0 != "/*") {
        complain(FILENAME, "does not open with a comment")
    }
}

FNR == 2 && index($0, " * " FILENAME " -- ") != 1 {
    complain(FILENAME, "the comment does not begin with \"" FILENAME " -- \"")
}

# The formatter may have joined two of the comment's paragraphs.
/^ \*.*[^ *].* (Shape|Memory|Units|Limits|Process|Errors|Source|State|Truth|Trust)   ? ?[^ ]/ {
    complain(FILENAME ":" FNR, "a head of the comment stands inside a line")
}

/^#ifndef / && asked == "" { asked = $2 }
/^#define / && defined == "" { defined = $2 }
/[^ \t]/ { last = $1 }

END {
    end_of_file()
    exit bad
}
