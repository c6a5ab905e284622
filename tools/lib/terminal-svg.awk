# terminal-svg.awk: a transcript of a terminal, as a picture. -v columns=N
# A line that begins with "$ " is a command. Recoloured where the page is dark.
function escape(text) {
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    gsub(/>/, "\\&gt;", text)
    return text
}

function class_of(text) {
    if (text ~ /^\$ /) {
        return "command"
    }
    if (text ~ /NOT VERIFIED|not what the leaf commits to| high /) {
        return "bad"
    }
    return text ~ /^[A-Z]+ .*[A-Z]( \(UTC\))?/ && text !~ /[a-z][a-z][a-z]/ ? "head" : "text"
}

{ line[NR] = $0 }

END {
    while (NR > 0 && line[NR] == "") {
        NR--
    }
    width = columns * 7.8 + 40
    height = NR * 18 + 64
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\"", width, height
    print " aria-label=\"A terminal: cairn demo is built, asked what stands out, changed on the disk, and found out\">"
    print "<style>text{font:13px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#24292f;white-space:pre}"
    print ".command{fill:#0a3069;font-weight:700}.bad{fill:#a40e26}.head{fill:#57606a}"
    print ".sheet{fill:#f6f8fa;stroke:#d0d7de}.dot{fill:#d0d7de}"
    print "@media(prefers-color-scheme:dark){text{fill:#d1d7e0}.command{fill:#79c0ff}.bad{fill:#ff8182}"
    print ".head{fill:#9198a1}.sheet{fill:#151b23;stroke:#3d444d}.dot{fill:#3d444d}}</style>"
    printf "<rect class=\"sheet\" x=\"0.5\" y=\"0.5\" width=\"%d\" height=\"%d\" rx=\"8\"/>\n", width - 1, height - 1
    for (i = 0; i < 3; i++) {
        printf "<circle class=\"dot\" cx=\"%d\" cy=\"20\" r=\"6\"/>\n", 22 + 20 * i
    }
    for (i = 1; i <= NR; i++) {
        if (line[i] != "") {
            printf "<text x=\"20\" y=\"%d\" class=\"%s\" xml:space=\"preserve\">%s</text>\n", 52 + (i - 1) * 18, class_of(line[i]), escape(line[i])
        }
    }
    print "</svg>"
}
