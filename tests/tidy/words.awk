# Prints every line that holds a pattern of the word list, and trailing blanks.
# Usage: LC_ALL=C awk -v list=tests/tidy/words.txt -f tests/tidy/words.awk FILE...
BEGIN {
    while ((getline line < list) > 0) {
        if (line !~ /^(#|$)/) {
            at = index(line, "  ")
            count++
            pattern[count] = substr(line, 1, at - 1)
            reason[count] = substr(line, at + 2)
            sub(/^ +/, "", reason[count])
        }
    }
    if (count == 0) {
        print list ": no words"
        bad = 1
    }
}

{
    for (i = 1; i <= count; i++) {
        if ($0 ~ pattern[i]) {
            print FILENAME ":" FNR ": " reason[i]
            bad = 1
        }
    }
}

/[ \t]$/ && FILENAME !~ /\.md$/ {
    print FILENAME ":" FNR ": blanks at the end of the line"
    bad = 1
}

END { exit bad }
