"""axe.py: asks axe-core what is wrong with the page that a browser shows.

axe-core is no Debian package, so it is fetched once by npm, into the build, in one version whose hash is
known here; where that cannot be, this is said in one line and nothing is asked.
"""
import hashlib
import os
import shutil
import subprocess

VERSION = "4.10.3"
SHA256 = "880970c081707360e64f34cea25ff91892f5bc95675b0776925b9709dd8a68bb"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Axe:
    def __init__(self, place):
        self.missing = None
        file = os.path.join(place, "node_modules", "axe-core", "axe.min.js")
        if not os.path.exists(file) and not self._fetch(place):
            return
        with open(file, "rb") as script:
            self.script = script.read()
        if hashlib.sha256(self.script).hexdigest() != SHA256:
            raise SystemExit(f"{file} is not axe-core {VERSION}: remove {place}")

    def _fetch(self, place):
        if shutil.which("npm") is None:
            self.missing = "npm is not installed: apt-get install npm"
            return False
        os.makedirs(place, exist_ok=True)
        done = subprocess.run(["npm", "install", "--prefix", place, "--no-save", "--ignore-scripts",
                               "--no-audit", "--no-fund", f"axe-core@{VERSION}"],
                              capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            self.missing = f"npm cannot fetch axe-core: {done.stderr.strip().splitlines()[-1:]}"
        return done.returncode == 0

    def violations(self, browser):
        """One line for each rule that is broken, with the first place where it is."""
        if self.missing is not None:
            return []
        browser.run(self.script.decode())
        found = browser.run_async("""
            const done = arguments[arguments.length - 1];
            axe.run(document, {runOnly: arguments[0], resultTypes: ['violations']})
                .then((result) => done(result.violations.map((v) =>
                    `${v.id} (${v.nodes.length}): ${v.help}: ${v.nodes[0].html.slice(0, 160)}`)))
                .catch((error) => done([`axe fails: ${error}`]));""", RULES)
        return found
