# Prints banned functions, // comments and mutable statics, after taking out comments and strings.
# Usage: LC_ALL=C awk -f tests/tidy/code.awk FILE...
BEGIN {
    split("strcpy strcat strncpy strncat sprintf vsprintf gets strtok atoi atol atoll atof " \
          "localtime gmtime asctime ctime rand srand random alloca setjmp longjmp " \
          "tmpnam tempnam mktemp", names, " ")
    for (i in names) {
        banned[names[i]] = 1
    }
    split("system popen", names, " ")
    for (i in names) {
        shell[names[i]] = 1
    }
    split("malloc calloc realloc strdup strndup asprintf vasprintf", names, " ")
    for (i in names) {
        heap[names[i]] = 1
    }
}

function complain(sentence) {
    print FILENAME ":" FNR ": " sentence
    bad = 1
}

# The line with comments and the insides of strings and characters taken out. What is open at its
# end (a comment) stays open in `inside`.
function code_of(line,    i, c, two, out) {
    out = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        two = substr(line, i, 2)
        if (inside == "*") {
            if (two == "*/") {
                inside = ""
                i++
            }
        } else if (inside != "") {
            if (c == "\\") {
                i++
            } else if (c == inside) {
                inside = ""
                out = out c
            }
        } else if (two == "/*") {
            inside = "*"
            i++
        } else if (two == "//") {
            return out two
        } else {
            if (c == "\"" || c == "'") {
                inside = c
            }
            out = out c
        }
    }
    return out
}

function check_calls(line,    name) {
    while (match(line, /[A-Za-z_][A-Za-z0-9_]*[ ]*\(/)) {
        name = substr(line, RSTART, RLENGTH - 1)
        sub(/ +$/, "", name)
        if (name in banned) {
            complain(name " is banned")
        }
        if (name in shell && FILENAME !~ /^tests\//) {
            complain(name " starts a shell")
        }
        if (name in heap && no_heap) {
            complain(name " in a folder that has no heap of its own")
        }
        line = substr(line, RSTART + RLENGTH)
    }
}

FNR == 1 {
    inside = ""
    no_heap = FILENAME ~ /^(schema\/[^\/]*|core\/[^\/]*\/.*|reports\/.*)$/ && FILENAME !~ /^core\/(emit|vmc)\//
}

{
    line = inside == "" && $0 !~ /["'\/]/ ? $0 : code_of($0)
    if (inside != "*") {
        inside = ""
    }
    if (index(line, "//") > 0) {
        complain("a // comment")
    }
    check_calls(line)
}

# A static is a constant or a function; what changes belongs to main and is handed down.
line ~ /^[ \t]*static .*[;=]/ && line !~ /const |[A-Za-z0-9_]\(/ && FILENAME !~ /^tests\// {
    complain("a static that can change")
}

END { exit bad }
