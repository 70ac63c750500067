# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Chromium without a window, driven over WebDriver (https://www.w3.org/TR/webdriver2/) by plain HTTP."""

import base64
import json
import os
import shutil
import subprocess
import urllib.request

from kit.process import DEADLINE, free_port, wait_for

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")


class Browser:
    """One window; what it logged and asked for can be read."""

    def __init__(self, folder):
        self.port = free_port()
        self.process = subprocess.Popen(
            [DRIVER, f"--port={self.port}", f"--log-path={folder}/chromedriver.log"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)},
        )
        self.session = None
        try:
            wait_for(self.is_up, "chromedriver", seconds=30)
            options = {
                "binary": CHROMIUM,
                "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"],
            }
            wanted = {
                "browserName": "chrome",
                "goog:chromeOptions": options,
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            }
            self.session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        except BaseException:
            self.close()
            raise

    def is_up(self):
        try:
            return self.call("GET", "/status")["ready"]
        except OSError:
            return False

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=DEADLINE * 2) as response:
            return json.load(response)["value"]

    def ask(self, method, path, **body):
        return self.call(method, f"/session/{self.session}{path}", body if method == "POST" else None)

    def devtools(self, command, **parameters):
        return self.ask("POST", "/goog/cdp/execute", cmd=command, params=parameters)

    def open(self, url):
        self.ask("POST", "/url", url=url)

    def run(self, script):
        """What the script returns."""
        return self.ask("POST", "/execute/sync", script=script, args=[])

    def press(self, key):
        """One key of the keyboard, as WebDriver names it (17.4.2)."""
        keys = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.ask("POST", "/actions", actions=[{"type": "key", "id": "keyboard", "actions": keys}])

    def look(self, width=1280, dark=False, script=True):
        """How the next pages are shown."""
        self.devtools(
            "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.devtools("Emulation.setEmulatedMedia", features=[scheme])
        self.devtools("Emulation.setScriptExecutionDisabled", value=not script)

    def complaints(self):
        """Lines of the console since the last call: errors, also those of the Content-Security-Policy."""
        return [entry["message"] for entry in self.ask("POST", "/se/log", type="browser")]

    def requests(self):
        """Addresses that were asked for since the last call."""
        events = [json.loads(entry["message"])["message"] for entry in self.ask("POST", "/se/log", type="performance")]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def screenshot(self, file):
        """The whole page."""
        size = self.devtools("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 4000), "scale": 1}
        shot = self.devtools("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        file.write_bytes(base64.b64decode(shot["data"]))

    def close(self):
        try:
            if self.session is not None:
                self.ask("DELETE", "")
        finally:
            self.process.terminate()
            self.process.wait(DEADLINE)
