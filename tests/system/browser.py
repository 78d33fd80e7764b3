# SPDX-License-Identifier: MIT
"""Headless Chromium by its debugging pipe: messages of JSON, a NUL byte after each. Needs no other package."""
import contextlib
import fcntl
import json
import os
import select
import shutil
import subprocess
import time

OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--mute-audio",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
    "--window-size=1280,800",
)


class Browser:
    """One page. Made with a Rig, which ends it."""

    def __init__(self, rig, url, patience=30):
        self.patience, self.next_id, self.left, self.session, self.complaints = patience, 0, b"", None, []
        theirs_in, self.write_fd = os.pipe()
        self.read_fd, theirs_out = os.pipe()
        profile = rig.folder / f"chromium-{time.monotonic_ns()}"
        # Chromium wants them as 3 and 4; copies far up cannot be in each other's way.
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 100) for fd in (theirs_in, theirs_out)]
        self.process = subprocess.Popen(
            [shutil.which("chromium") or "chromium", *OPTIONS, f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=lambda: (os.dup2(high[0], 3), os.dup2(high[1], 4)), pass_fds=(3, 4), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(rig.folder), "TMPDIR": str(rig.folder)},
        )
        for fd in (theirs_in, theirs_out, *high):
            os.close(fd)
        rig.closers.append(self.kill)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Runtime.enable")
        self.call("Page.enable")
        self.call("Page.navigate", url=url)

    def receive(self, end):
        while b"\0" not in self.left:
            ready, _, _ = select.select([self.read_fd], [], [], max(0, end - time.monotonic()))
            assert ready, "the browser does not answer"
            data = os.read(self.read_fd, 1 << 16)
            assert data, "the browser has ended"
            self.left += data
        message, self.left = self.left.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.next_id += 1
        message = {"id": self.next_id, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write_fd, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + self.patience
        while True:
            answer = self.receive(end)
            if answer.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(answer["params"]["exceptionDetails"].get("text"))
            if answer.get("id") == self.next_id:
                assert "error" not in answer, answer
                return answer["result"]

    def evaluate(self, script):
        """The value of a JavaScript expression."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, 9)
        self.process.wait()
        os.close(self.read_fd)
        os.close(self.write_fd)
