# Prints every #include that breaks the architecture (docs/ARCHITECTURE.md).
# Usage, from the root: awk -f tests/tidy/layers.awk FILE...
BEGIN {
    may["schema"]  = " schema "
    may["store"]   = " schema store "
    may["reports"] = " schema store core reports "
    may["auditd"]  = " schema store core reports auditd "
    may["tools"]   = " schema store core reports tools "
    may["tests"]   = " schema store core reports auditd tools tests "

    # In core/ the engine's own files meet the store. A context, core/drive/, decides purely: it sees
    # the words, other contexts, and these. core/emit/ and core/vmc/ are no contexts: they are the
    # other side, which emits, and which speaks with users in a machine.
    may["core"] = " schema store core "
    may["context"] = " schema core "
    lent = " core/view.h core/decision.h core/evolution.h core/dispatch.h "

    # A foreign library has one owner; two where two rooms of it are unrelated.
    owner["lmdb.h"]        = " store/lmdb_internal.h "
    owner["openssl/"]      = " store/hash.c store/key_openssl.c store/chunk.c auditd/tls.c core/emit/tls_link.c "
    owner["sodium"]        = " store/key_sodium.c store/passphrase.c store/stream.c store/wrap.c "
    owner["liboath/"]      = " store/totp.c "
    owner["qrencode.h"]    = " tools/qr.c "
    owner["curl/"]         = " tools/audit/post_webhook.c "
    owner["jansson"]       = " schema/json.c "
    owner["pcre2.h"]       = " reports/regex.c "
    owner["csv.h"]         = " reports/csv.c tools/form_csv.c "
    owner["microhttpd.h"]  = " auditd/http/http.c "
    owner["ini.h"]         = " schema/settings_ini.c "
    owner["seccomp.h"]     = " auditd/seccomp.c "
    owner["systemd/"]      = " auditd/notify.c "
    owner["libvirt/"]      = " auditd/virt/libvirt.h "
    owner["libxml/"]       = " auditd/virt/xml.c "
    owner["libcryptsetup.h"] = " auditd/vmc/luks.c "
    owner["sys/acl.h"]     = " auditd/vmc/acl.c "
    owner["acl/"]          = " auditd/vmc/acl.c "
    owner["libpq"]         = " store/journal_postgres.c "
    owner["pthread.h"]     = " store/pipeline.c store/lmdb_internal.h "
    owner["threads.h"]     = " nobody "
    owner["cmocka.h"]      = " nobody "
}

function complain(sentence) {
    print FILENAME ":" FNR ": " sentence
    bad = 1
}

function check_own(target,    here, there, folder, depth) {
    depth = split(FILENAME, here, "/")
    split(target, there, "/")
    folder = here[1] == "core" && depth > 2 && here[2] !~ /^(emit|vmc)$/ ? "context" : here[1]
    if (index(may[folder], " " there[1] " ") == 0) {
        complain(FILENAME " may not include " target)
    } else if (folder == "context" && target ~ /^core\/[^\/]*$/ && index(lent, " " target " ") == 0) {
        complain("a context may not include " target)
    }
    if (FILENAME ~ /^tools\/import\// && there[1] != "schema" && target !~ /^tools\/import\//) {
        complain("tools/import/ reads foreign records and may include schema/ only, not " target)
    }
}

# What a process does that makes all of its keys from a seed is for show only.
function check_rehearsal(target) {
    if (target == "store/rehearsal.h" && FILENAME !~ /^tools\/demo\// && FILENAME !~ /^tests\// &&
        FILENAME != "store/key_sodium.c") {
        complain("only the demonstration makes keys from a seed, and may include " target)
    }
}

function check_foreign(target,    library) {
    if (FILENAME ~ /^tests\//) {
        return
    }
    for (library in owner) {
        if (index(target, library) == 1 && index(owner[library], " " FILENAME " ") == 0) {
            complain("only" owner[library] "may include <" target ">")
        }
    }
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, quoted, "\"")
    check_own(quoted[2])
    check_rehearsal(quoted[2])
}

/^[ \t]*#[ \t]*include[ \t]*</ {
    split($0, quoted, "[<>]")
    check_foreign(quoted[2])
}

END { exit bad }
