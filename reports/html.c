#include "reports/html.h"

#include "reports/svg.h"

/* Dark and light of each colour have a contrast of at least 4.5 to 1 with what is behind them. */
static const char style[] =
    ":root{color-scheme:light dark;--ink:#1b1f24;--faint:#57606a;--line:#d0d7de;--shade:#f6f8fa;"
    "--paper:#fff;--accent:#0b4f6c;--good:#116329;--good-shade:#dafbe1;--bad:#a40e26;"
    "--bad-shade:#ffebe9;--warning:#7d4e00;--warning-shade:#fff8c5}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--faint:#9aa4af;--line:#3d444d;"
    "--shade:#1b2028;--paper:#10141a;--accent:#7cc7e8;--good:#56d364;--good-shade:#12311c;"
    "--bad:#ff8f88;--bad-shade:#3d1216;--warning:#e3b341;--warning-shade:#332701}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,\"Segoe "
    "UI\",\"Liberation Sans\",\"DejaVu Sans\",sans-serif}\n"
    "main{max-width:74rem;margin:0 auto;padding:2rem 1.5rem 4rem}\n"
    "header.report{border-top:.4rem solid var(--accent);padding-top:1rem;margin-bottom:1.5rem}\n"
    "h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem;font-weight:650}\n"
    "h2{font-size:1.25rem;margin:2.2rem 0 .6rem;padding-bottom:.25rem;border-bottom:1px solid "
    "var(--line);break-after:avoid}\n"
    "h3{font-size:1rem;margin:1.2rem 0 .4rem;break-after:avoid}\n"
    "p{margin:.4rem 0;max-width:60rem}\n"
    "p.about{color:var(--faint);font-size:1.05rem;margin:0 0 .5rem}\n"
    "code,.code,.events{font-family:ui-monospace,\"Liberation Mono\",\"DejaVu Sans "
    "Mono\",monospace;font-size:.86em;overflow-wrap:anywhere}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.2rem;margin:.6rem 0;"
    "padding:.8rem 1rem;background:var(--shade);border:1px solid var(--line);border-radius:6px}\n"
    "dt{color:var(--faint)}dd{margin:0;overflow-wrap:anywhere}\n"
    "div.wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%;font-size:.92rem;margin:.4rem 0 .8rem}\n"
    "thead{display:table-header-group}\n"
    "th{text-align:left;font-weight:600;color:var(--faint);border-bottom:2px solid var(--line);"
    "padding:.35rem .6rem .35rem 0;vertical-align:bottom;white-space:nowrap}\n"
    "td{border-bottom:1px solid var(--line);padding:.35rem .6rem .35rem 0;vertical-align:top;"
    "overflow-wrap:anywhere;min-width:6.8rem}\n"
    "tr{break-inside:avoid}tbody tr:hover{background:var(--shade)}\n"
    "td.number,th.number{text-align:right;font-variant-numeric:tabular-nums;padding-right:1.2rem}\n"
    "td.number,td.none{min-width:0}td.verdict{min-width:8.4rem}td.code{min-width:8.2rem}td.events{"
    "min-width:6rem}\n"
    "td.time{min-width:6.8rem;font-variant-numeric:tabular-nums}\n"
    "td.events{color:var(--faint)}td.none{color:var(--faint)}\n"
    ".tone{display:inline-block;padding:0 .5em;border-radius:.8em;font-weight:600;font-size:.9em;"
    "border:1px solid currentColor;overflow-wrap:break-word}\n"
    ".good{color:var(--good);background:var(--good-shade)}\n"
    ".bad{color:var(--bad);background:var(--bad-shade)}\n"
    ".warning{color:var(--warning);background:var(--warning-shade)}\n"
    ".muted{color:var(--faint);background:var(--shade)}\n"
    "figure{margin:1rem 0;padding:.8rem;background:#fff;border:1px solid var(--line);"
    "border-radius:6px;overflow-x:auto}figure svg{max-width:100%;height:auto;display:block}\n"
    "p.empty{color:var(--faint);font-style:italic}\n"
    "footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line);"
    "color:var(--faint);font-size:.9rem}\n"
    "pre{background:var(--shade);border:1px solid var(--line);border-radius:6px;padding:.7rem "
    "1rem;overflow-x:auto;color:var(--ink);font-size:.85rem;white-space:pre-wrap;overflow-wrap:"
    "anywhere}\n";

/* Spelt out for printers that know neither grids nor variables in a shorthand. */
static const char print_style[] =
    "@media print{:root{color-scheme:light;--ink:#000;--faint:#444;--line:#bbb;--shade:#f6f6f6;"
    "--paper:#fff;--accent:#0b4f6c;--good:#0b5224;--good-shade:#fff;--bad:#8e0b20;"
    "--bad-shade:#fff;--warning:#5f3b00;--warning-shade:#fff}"
    "body{font-size:9.5pt}main{max-width:none;padding:0}div.wide{overflow:visible}"
    "header.report{border-top:1.2mm solid #0b4f6c;margin-bottom:4mm}h1{font-size:18pt}"
    "h2{font-size:13pt;margin:7mm 0 2mm;border-bottom:.3mm solid #bbb}"
    "dl{display:block;border:.3mm solid #bbb;background:#f6f6f6;padding:2mm 3mm}"
    "dt{float:left;clear:left;width:42mm}dd{margin-left:45mm;min-height:1.5em}"
    "table{font-size:8pt}th{border-bottom:.5mm solid #888}td{border-bottom:.2mm solid #ccc;"
    "min-width:15mm;overflow-wrap:break-word}td.code,td.events{overflow-wrap:anywhere}td.code,"
    "td.events,td.verdict{min-width:17mm}td.time{min-width:24mm}"
    "td.number,td.none{min-width:0}figure,pre{border:.3mm solid #bbb}"
    "footer{border-top:.3mm solid #bbb;margin-top:8mm}}\n"
    "@page{size:A4 landscape;margin:14mm;@bottom-right{content:counter(page) \" / \" "
    "counter(pages);font-size:8pt;color:#444}}\n";

void html_put(struct output *output, struct bytes text)
{
    svg_put_escaped(output, text);
}

void html_put_string(struct output *output, const char *text)
{
    html_put(output, bytes_of_string(text));
}

void html_element(struct output *output, const char *name, const char *class, struct bytes text)
{
    output_add(output, "<%s", name);
    if (class != NULL) {
        output_add(output, " class=\"%s\"", class);
    }
    output_put_char(output, '>');
    html_put(output, text);
    output_add(output, "</%s>", name);
}

void html_begin(struct output *output, struct bytes title, struct bytes meta)
{
    output_put_string(output,
                      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src 'unsafe-inline'\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, "
                      "initial-scale=1\">\n");
    if (meta.size > 0) {
        output_put_string(output, "<meta name=\"cairn-report\" content=\"");
        html_put(output, meta);
        output_put_string(output, "\">\n");
    }
    html_element(output, "title", NULL, title);
    output_put_string(output, "\n<style>\n");
    output_put_string(output, style);
    output_put_string(output, print_style);
    output_put_string(output, "</style>\n</head>\n<body>\n<main>\n");
}

void html_end(struct output *output)
{
    output_put_string(output, "</main>\n</body>\n</html>\n");
}
