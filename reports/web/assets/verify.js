/*
 * verify.js -- checks a .tlog-proof in the reader's own browser, over WebCrypto and nothing else.
 *
 * Shape    Two halves. Cairn.verify(proof text, key text) knows no page: it returns a list of
 *          checks, each {ok, what, why}, and what the proof shows. The second half puts it into the
 *          pages that ask for it and into verify.html, which an auditor keeps and opens from disk.
 * Trust    The page that brings this script comes from the server that is being checked: whoever
 *          must not trust it uses verify.html, or cairn-verify, and the log's key as it was given
 *          to them, not as this page offers it.
 * Source   docs/FORMAT.md; C2SP tlog-proof, signed-note; RFC 6962; RFC 8785.
 */
'use strict';

const Cairn = (() => {
    const PROOF_MAX = 2 << 20, LEAF_MAX = 2048, PATH_MAX = 63;
    const ED25519 = 1, ECDSA = 2;
    const utf8 = new TextEncoder();

    /* A failed expectation ends the check it belongs to, with a sentence. */
    class Refused extends Error {}
    const expect = (condition, sentence) => {
        if (!condition) {
            throw new Refused(sentence);
        }
    };

    /* Bytes ----------------------------------------------------------------------------- */

    const join = (...parts) => {
        const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
        let at = 0;
        for (const part of parts) {
            out.set(part, at);
            at += part.length;
        }
        return out;
    };
    const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
    const hash = async (...parts) =>
        new Uint8Array(await crypto.subtle.digest('SHA-256', join(...parts)));
    const toBase64 = (bytes) =>
        btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

    /* Strict: one text for one value. */
    const fromBase64 = (text, what) => {
        let bytes;
        try {
            bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
        } catch {
            throw new Refused(`${what} is not base64`);
        }
        expect(toBase64(bytes) === text, `${what} is not base64 in its one form`);
        return bytes;
    };
    const number = (text, what) => {
        expect(/^(0|[1-9][0-9]{0,15})$/.test(text) && Number.isSafeInteger(Number(text)),
            `${what} is not a number`);
        return Number(text);
    };

    /* Canonical JSON: what is read, written again, is the same text. */
    const canonical = (value) => {
        if (Array.isArray(value)) {
            return `[${value.map(canonical).join(',')}]`;
        }
        if (value !== null && typeof value === 'object') {
            const member = (name) => `${JSON.stringify(name)}:${canonical(value[name])}`;
            return `{${Object.keys(value).sort().map(member).join(',')}}`;
        }
        return JSON.stringify(value);
    };
    const fromCanonical = (text, what) => {
        let value;
        try {
            value = JSON.parse(text);
        } catch {
            throw new Refused(`${what} is not JSON`);
        }
        expect(value !== null && typeof value === 'object' && canonical(value) === text,
            `${what} is not in its canonical form`);
        return value;
    };

    /* Keys and notes -------------------------------------------------------------------- */

    const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

    const readKey = async (text) => {
        const parts = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim());
        expect(parts !== null, 'the key is not of the form name+hash+base64');
        const [, name, id, encoded] = parts;
        const bytes = fromBase64(encoded, 'the key');
        const key = {name, id, type: bytes[0], bytes: bytes.slice(1), text: text.trim()};
        const digest = key.type === ED25519
            ? await hash(utf8.encode(`${name}\n`), bytes) : await hash(key.bytes);
        expect(hex(digest.slice(0, 4)) === id, "the key does not have the hash that it says");
        expect((key.type === ED25519 && key.bytes.length === 32) || key.type === ECDSA,
            'the key is of a kind that is not known here');
        return key;
    };

    /* r and s of a DER signature, each in 32 bytes, as WebCrypto wants them. */
    const fromDer = (der) => {
        const out = new Uint8Array(64);
        let at = 2;
        expect(der[0] === 0x30 && der[1] === der.length - 2, 'the signature is not DER');
        for (const end of [32, 64]) {
            expect(der[at] === 0x02, 'the signature is not DER');
            let part = der.slice(at + 2, at + 2 + der[at + 1]);
            at += 2 + der[at + 1];
            part = part[0] === 0 ? part.slice(1) : part;
            expect(part.length <= 32, 'the signature is not DER');
            out.set(part, end - part.length);
        }
        expect(at === der.length, 'the signature is not DER');
        return out;
    };

    const holds = async (key, signature, message) => {
        if (key.type === ED25519) {
            const imported = await crypto.subtle.importKey(
                'raw', key.bytes, 'Ed25519', false, ['verify']);
            return crypto.subtle.verify('Ed25519', imported, signature, message);
        }
        const imported = await crypto.subtle.importKey(
            'spki', key.bytes, {name: 'ECDSA', namedCurve: 'P-256'}, false, ['verify']);
        return crypto.subtle.verify(
            {name: 'ECDSA', hash: 'SHA-256'}, imported, fromDer(signature), message);
    };

    const readNote = (text) => {
        const split = text.indexOf('\n\n');
        expect(split > 0 && text.endsWith('\n'), 'the checkpoint is not a signed note');
        const body = text.slice(0, split + 1);
        const [origin, size, root, ...more] = body.slice(0, -1).split('\n');
        const signatures = text.slice(split + 2, -1).split('\n').map((line) => {
            const parts = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/.exec(line);
            expect(parts !== null, 'a signature of the checkpoint is not one');
            const bytes = fromBase64(parts[2], 'a signature');
            return {name: parts[1], id: hex(bytes.slice(0, 4)), bytes: bytes.slice(4)};
        });
        expect(more.length === 0, 'the checkpoint has other lines than origin, size and root');
        return {
            body, origin, signatures,
            size: number(size, "the checkpoint's size"),
            root: fromBase64(root ?? '', "the checkpoint's root"),
        };
    };

    /* The proof ------------------------------------------------------------------------- */

    const readProof = (text) => {
        expect(text.length <= PROOF_MAX, 'the file is longer than a proof can be');
        const split = text.indexOf('\n\n');
        expect(split > 0, 'the file has no checkpoint');
        const [magic, extra, index, ...path] = text.slice(0, split).split('\n');
        expect(magic === 'c2sp.org/tlog-proof@v1', 'the file is not a proof: its first line is not '
            + 'c2sp.org/tlog-proof@v1');
        expect(extra?.startsWith('extra '), 'the proof brings no event along');
        expect(index?.startsWith('index '), 'the proof does not say its position');
        expect(path.length <= PATH_MAX, 'the proof has more hashes than a tree can need');
        const bytes = fromBase64(extra.slice(6), 'extra');
        const event = fromCanonical(new TextDecoder('utf-8', {fatal: true}).decode(bytes), 'extra');
        expect(typeof event.leaf === 'string' && utf8.encode(event.leaf).length <= LEAF_MAX,
            'the proof brings no leaf along');
        expect(['leaf', 'body,leaf,salt'].includes(Object.keys(event).join()),
            'the proof brings something else along than leaf, body and salt');
        return {
            index: number(index.slice(6), 'the position'),
            path: path.map((line) => fromBase64(line, 'a hash of the proof')),
            leafText: event.leaf,
            bodyText: event.body,
            salt: event.salt,
            note: readNote(text.slice(split + 2)),
        };
    };

    /* The root that a leaf leads to (RFC 9162, 2.1.3.2): fn is its place on a level, sn the last
     * one there. */
    const rootOf = async (leaf, index, size, path) => {
        let fn = BigInt(index), sn = BigInt(size - 1), node = await hash([0], leaf);
        for (const sibling of path) {
            expect(sibling.length === 32 && sn > 0n, 'the proof has a hash too many');
            if ((fn & 1n) === 1n || fn === sn) {
                node = await hash([1], sibling, node);
                while ((fn & 1n) === 0n && fn !== 0n) {
                    fn >>= 1n;
                    sn >>= 1n;
                }
            } else {
                node = await hash([1], node, sibling);
            }
            fn >>= 1n;
            sn >>= 1n;
        }
        expect(sn === 0n, 'the proof lacks a hash');
        return node;
    };

    /* Checks ---------------------------------------------------------------------------- */

    const checkSignature = async (proof, key) => {
        const {note} = proof;
        expect(note.origin === key.name,
            `the checkpoint is of the log ${note.origin}, the key of ${key.name}`);
        const mine = note.signatures.filter((s) => s.name === key.name && s.id === key.id);
        expect(mine.length > 0,
            `no signature of the checkpoint is by the key ${key.name}+${key.id}`);
        for (const signature of mine) {
            expect(await holds(key, signature.bytes, utf8.encode(note.body)),
                'the signature does not hold');
        }
        return `by ${key.name}+${key.id}, over ${note.size} events`;
    };
    const checkPath = async (proof) => {
        const {note, index, path, leafText} = proof;
        expect(index < note.size,
            `the checkpoint covers ${note.size} events, and not number ${index}`);
        const root = await rootOf(utf8.encode(leafText), index, note.size, path);
        expect(same(root, note.root), `the leaf leads to ${toBase64(root)}, the checkpoint says `
            + toBase64(note.root));
        return `by ${path.length} hashes to ${toBase64(root)}`;
    };
    const checkLeaf = async (proof) => {
        const leaf = fromCanonical(proof.leafText, 'the leaf');
        expect(leaf.n === proof.index,
            `the leaf says that it is event ${leaf.n}, its place is ${proof.index}`);
        return `event ${leaf.n}, ${leaf.kind}, ${leaf.t}`;
    };
    const checkBody = async (proof) => {
        if (proof.bodyText === undefined) {
            return 'the body has been erased; the leaf stands';
        }
        const leaf = fromCanonical(proof.leafText, 'the leaf');
        const salt = fromBase64(proof.salt ?? '', 'the salt');
        const found = await hash([2], salt, utf8.encode(proof.bodyText));
        expect(toBase64(found) === leaf.body, 'the body is not what the leaf commits to');
        return `SHA-256 ${leaf.body}`;
    };

    const check = async (what, run) => {
        try {
            return {ok: true, what, why: await run()};
        } catch (error) {
            return {ok: false, what, why: error.message};
        }
    };

    /* Checks a proof, by a key that the caller trusts. Never throws. */
    const verify = async (proofText, keyText) => {
        let proof = null, key = null;
        const checks = [
            await check('The proof can be read', async () => {
                proof = readProof(proofText);
                return `${proofText.length} characters`;
            }),
            await check("The log's key can be read", async () => {
                key = await readKey(keyText);
                return `${key.name}+${key.id}`;
            }),
        ];
        if (proof !== null && key !== null) {
            checks.push(
                await check('The checkpoint is signed by that key',
                    () => checkSignature(proof, key)),
                await check('The event is in the log that was signed', () => checkPath(proof)),
                await check('The leaf is whole and stands in its place', () => checkLeaf(proof)),
                await check('The body is the one that was logged', () => checkBody(proof)));
        }
        return {ok: checks.every((c) => c.ok), checks, proof, key};
    };

    return {verify, check};
})();
globalThis.Cairn = Cairn;

/* In a page ------------------------------------------------------------------------------------
 *
 * <div data-verify-proof="/events/12.tlog-proof" data-verify-key="..."> becomes a button; what the
 * page shows as [data-leaf] and [data-body] is compared with the proof.
 * <div data-verify-file> becomes a form for a proof that the reader has: /verify, verify.html.
 * The key that the reader has once given is kept by the browser, for this site alone. */
(() => {
    if (typeof document === 'undefined') {
        return;
    }
    const PINNED = 'cairn-log-key';

    const make = (name, properties = {}, ...children) => {
        const element = Object.assign(document.createElement(name), properties);
        element.append(...children);
        return element;
    };
    const pinned = () => {
        try {
            return localStorage.getItem(PINNED) ?? '';
        } catch {
            return ''; /* a file on disk may have no storage */
        }
    };
    const pin = (key) => {
        try {
            localStorage.setItem(PINNED, key);
        } catch {
            /* then it is asked for the next time, too */
        }
    };

    /* The checks as a list, in the order in which they were made. */
    const show = (output, result, note) => {
        const line = ({ok, what, why}) => make('li', {className: ok ? 'good' : 'bad'},
            make('strong', {}, `${ok ? '\u2713 yes' : '\u2717 no'}: ${what}`), ` \u2013 ${why}`);
        output.replaceChildren(
            make('p', {className: result.ok ? 'verdict good' : 'verdict bad'},
                result.ok ? '\u2713 Verified in this browser.' : '\u2717 Not verified.'),
            make('ul', {className: 'checks'}, ...result.checks.map(line)),
            make('p', {className: 'muted'}, note));
    };

    const keyField = (offered) => {
        const input = make('input', {
            id: 'verify-key', name: 'key', type: 'text', value: pinned() || offered,
            spellcheck: false, autocomplete: 'off', className: 'mono wide'});
        return {input, label: make('label', {htmlFor: input.id}, "The log's public key")};
    };
    const noteOn = (key, offered) => {
        if (key === offered && pinned() !== key) {
            return 'This key is the one that this site offers. Compare it with the one you were '
                + 'given, or put that one here.';
        }
        return 'By the key that you gave.';
    };

    /* What the page shows must be what the proof has. */
    const checkShown = async (proof) => Promise.all(
        [['leaf', proof.leafText], ['body', proof.bodyText]].map(([name, text]) =>
            Cairn.check(`The ${name} shown on this page is that of the proof`, async () => {
                const shown = document.querySelector(`[data-${name}]`);
                if (text !== undefined && shown !== null && shown.textContent !== text) {
                    throw new Error('the page shows something else');
                }
                return shown === null ? 'it is not shown' : 'letter by letter';
            })));

    const attachEvent = (host) => {
        const offered = host.dataset.verifyKey;
        const {input, label} = keyField(offered);
        const output = make('output', {id: 'verify-result'});
        const button = make('button', {type: 'submit'}, 'Verify in this browser');
        const form = make('form', {className: 'verify'}, label, input, button, output);
        form.addEventListener('submit', async (submitted) => {
            submitted.preventDefault();
            button.disabled = true;
            const answer = await fetch(host.dataset.verifyProof, {credentials: 'same-origin'});
            const result = await Cairn.verify(await answer.text(), input.value);
            if (result.proof !== null) {
                result.checks.push(...await checkShown(result.proof));
                result.ok = result.checks.every((c) => c.ok);
            }
            const note = noteOn(input.value, offered);
            if (result.ok && input.value !== offered) {
                pin(input.value);
            }
            show(output, result, note);
            button.disabled = false;
        });
        host.replaceChildren(form);
    };

    const attachFile = (host) => {
        const {input, label} = keyField(host.dataset.verifyKey ?? '');
        const file = make('input', {id: 'verify-file', type: 'file', accept: '.tlog-proof'});
        const text = make('textarea', {
            id: 'verify-text', rows: 10, spellcheck: false, className: 'mono wide'});
        const output = make('output', {id: 'verify-result'});
        const leaf = make('pre', {className: 'mono'});
        const form = make('form', {className: 'verify'}, label, input,
            make('label', {htmlFor: 'verify-file'}, 'A .tlog-proof file'), file,
            make('label', {htmlFor: 'verify-text'}, 'or its text'), text,
            make('button', {type: 'submit'}, 'Verify'), output, leaf);
        const take = async (chosen) => {
            text.value = chosen === undefined ? '' : await chosen.text();
        };
        file.addEventListener('change', () => take(file.files[0]));
        form.addEventListener('dragover', (event) => event.preventDefault());
        form.addEventListener('drop', (event) => {
            event.preventDefault();
            take(event.dataTransfer.files[0]);
        });
        form.addEventListener('submit', async (submitted) => {
            submitted.preventDefault();
            const result = await Cairn.verify(text.value, input.value);
            show(output, result, noteOn(input.value, host.dataset.verifyKey ?? ''));
            leaf.textContent = result.proof === null
                ? '' : `${result.proof.leafText}\n\n${result.proof.bodyText ?? ''}`;
        });
        host.replaceChildren(form);
    };

    document.querySelectorAll('[data-verify-proof]').forEach(attachEvent);
    document.querySelectorAll('[data-verify-file]').forEach(attachFile);
})();
