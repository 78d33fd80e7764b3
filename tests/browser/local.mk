# The viewer in a real browser: needs node 20, npm and chromium, hence not a part of `make check`.
EXTRA_DIST += %D%/README.md %D%/package.json %D%/package-lock.json %D%/tap.mjs %D%/test.mjs

# node looks for modules beside the test, so it runs from a copy in the build tree.
check-browser: all
	$(MKDIR_P) browser-test
	cp $(srcdir)/%D%/package.json $(srcdir)/%D%/package-lock.json $(srcdir)/%D%/*.mjs browser-test/
	cd browser-test && { test -d node_modules/playwright-core || npm ci --no-audit --no-fund; }
	top_builddir='$(abs_top_builddir)' node browser-test/test.mjs
clean-local: clean-browser
clean-browser:
	rm -rf browser-test
.PHONY: check-browser clean-browser
