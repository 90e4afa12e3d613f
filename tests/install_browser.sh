#!/bin/sh
# See to a browser for the tests: Debian's Chromium where there is one or it can be installed, else Playwright's own. The
# headless shell is the same browser without windows: a page opens in half the time.
# Without any, the browser tests are skipped and say so.
command -v chromium-headless-shell >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
		apt-get -qq install -y --no-install-recommends chromium-headless-shell && exit 0
fi
command -v chromium >/dev/null && exit 0
.venv/bin/python -m playwright install chromium ||
	echo "No browser could be installed; the tests that need one will be skipped." >&2
exit 0
