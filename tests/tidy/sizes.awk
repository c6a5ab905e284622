# Prints every file over 600 lines, function over 70, line over 100 columns, and function of more
# than six parameters. A function's body opens with { and closes with } in column 0.
# Usage: LC_ALL=C awk -f tests/tidy/sizes.awk FILE...
BEGIN {
    LINES_MAX = 600
    FUNCTION_MAX = 70
    COLUMNS_MAX = 100
    PARAMETERS_MAX = 6
    called_by["auditd/http/http.c"] = 8 # libmicrohttpd calls a function of eight
    called_by["tests/auditd/http/test_head.c"] = 8
}

function complain(file, line, sentence) {
    print file ":" line ": " sentence
    bad = 1
}

function end_of_file() {
    if (lines > LINES_MAX) {
        complain(previous, lines, "a file of " lines " lines; " LINES_MAX " is the most")
    }
}

# Counts what stands between the commas of the first parentheses, not of those within.
function parameters(head,    i, c, depth, commas) {
    for (i = 1; i <= length(head); i++) {
        c = substr(head, i, 1)
        if (c == "(") {
            depth++
        } else if (c == ")" && --depth == 0) {
            break
        } else if (c == "," && depth == 1) {
            commas++
        }
    }
    return commas + 1
}

FNR == 1 {
    end_of_file()
    previous = FILENAME
    opened = 0
    head = ""
}

{
    lines = FNR
    columns = $0
    gsub(/[\200-\277]/, "", columns) # the later bytes of a UTF-8 character
    if (length(columns) > COLUMNS_MAX) {
        complain(FILENAME, FNR, "a line of " length(columns) " columns; " COLUMNS_MAX " is the most")
    }
}

/^{$/ {
    opened = FNR
    if (parameters(head) > PARAMETERS_MAX && parameters(head) != called_by[FILENAME]) {
        complain(FILENAME, FNR, "a function of " parameters(head) " parameters; " PARAMETERS_MAX \
            " is the most")
    }
}

/^}/ && opened > 0 {
    if (FNR - opened - 1 > FUNCTION_MAX) {
        complain(FILENAME, opened, "a function of " FNR - opened - 1 " lines; " FUNCTION_MAX \
            " is the most")
    }
    opened = 0
}

# What stands before the brace, back to the end of whatever came before.
/^(}|#|[ \t]*$)|;$|\*\/$|^{/ { head = ""; next }
opened == 0 { head = head $0 }

END {
    end_of_file()
    exit bad
}
