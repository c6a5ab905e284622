"""driver.py: a headless Chromium, driven through ChromeDriver (W3C WebDriver), with nothing but Python.

    with Browser() as browser:
        browser.go("http://127.0.0.1:7443/")
        browser.one("h1").text()
"""
import base64
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
DESK = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}


class WebDriverError(Exception):
    pass


def needed():
    """What is missing for this to work, or None."""
    for program in ("chromium", "chromedriver"):
        if shutil.which(program) is None:
            return f"{program} is not installed: apt-get install chromium chromium-driver"
    return None


class Element:
    def __init__(self, browser, name):
        self.browser, self.name = browser, name

    def _do(self, method, path, body=None):
        return self.browser.call(method, f"/element/{self.name}{path}", body)

    def text(self):
        return self._do("GET", "/text")

    def attribute(self, name):
        return self._do("GET", f"/attribute/{name}")

    def click(self):
        return self._do("POST", "/click", {})

    def type(self, text):
        self._do("POST", "/clear", {})
        return self._do("POST", "/value", {"text": text})

    def send(self, path):
        """A file for an input of files."""
        return self._do("POST", "/value", {"text": path})


class Browser:
    def __init__(self, script=True):
        self.script = script
        self.profile = tempfile.mkdtemp(prefix="cairn-chromium-")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def __enter__(self):
        self.log = open(os.path.join(self.profile, "chromedriver.log"), "wb")
        self.process = subprocess.Popen(
            ["chromedriver", f"--port={self.port}", "--log-level=WARNING"],
            stdout=self.log, stderr=self.log)
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            if getattr(self, "session", None):
                self._http("DELETE", f"/session/{self.session}")
        except (WebDriverError, OSError):
            pass
        self.process.terminate()
        self.process.wait(20)
        self.log.close()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _start(self):
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--disable-dev-shm-usage", f"--user-data-dir={self.profile}/data",
                 "--window-size=1280,900"]
        options = {"args": flags, "binary": shutil.which("chromium")}
        if not self.script:
            options["prefs"] = {"profile.managed_default_content_settings.javascript": 2}
        limit = time.monotonic() + 30
        while True:
            try:
                if self._http("GET", "/status")["ready"]:
                    break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > limit:
                    raise WebDriverError("chromedriver does not start") from None
            time.sleep(0.05)
        made = self._http("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "acceptInsecureCerts": True, "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.session = made["sessionId"]
        self.call("POST", "/timeouts", {"script": 120000})

    def _http(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=150) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise WebDriverError(f"{value['error']}: {value['message']}") from None

    def call(self, method, path, body=None):
        return self._http(method, f"/session/{self.session}{path}", body)

    def go(self, url):
        self.call("POST", "/url", {"url": url})

    def url(self):
        return self.call("GET", "/url")

    def title(self):
        return self.call("GET", "/title")

    def source(self):
        return self.call("GET", "/source")

    def all(self, css):
        found = self.call("POST", "/elements", {"using": "css selector", "value": css})
        return [Element(self, element[ELEMENT]) for element in found]

    def one(self, css):
        found = self.call("POST", "/element", {"using": "css selector", "value": css})
        return Element(self, found[ELEMENT])

    def has(self, css):
        return bool(self.all(css))

    def wait(self, css, seconds=15):
        limit = time.monotonic() + seconds
        while not self.has(css):
            if time.monotonic() > limit:
                raise WebDriverError(f"there is no {css} on {self.url()}")
            time.sleep(0.05)
        return self.one(css)

    def run(self, code, *arguments):
        return self.call("POST", "/execute/sync", {"script": code, "args": list(arguments)})

    def run_async(self, code, *arguments):
        return self.call("POST", "/execute/async", {"script": code, "args": list(arguments)})

    def complaints(self):
        """What the console has said since it was last asked: scripts that fail, policies broken."""
        return [line["message"] for line in self.call("POST", "/se/log", {"type": "browser"})
                if line["level"] in ("SEVERE", "WARNING")]

    def press(self, *keys):
        steps = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": steps}]})

    def developer(self, command, **arguments):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": arguments})

    def look_as(self, shape=DESK, dark=False, paper=False):
        self.developer("Emulation.setDeviceMetricsOverride", **shape)
        self.developer("Emulation.setEmulatedMedia", media="print" if paper else "", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def picture(self, path, whole=True):
        """A PNG of the page, to its end."""
        shot = self.developer("Page.captureScreenshot", captureBeyondViewport=whole, **(
            {"clip": self._extent()} if whole else {}))
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def _extent(self):
        size = self.developer("Page.getLayoutMetrics")["cssContentSize"]
        return {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1}
