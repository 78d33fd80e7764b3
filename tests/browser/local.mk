# The viewer in a real browser: needs node 18, npm and chromium, hence not a part of `make check`.
EXTRA_DIST += %D%/README.md %D%/package.json %D%/package-lock.json %D%/tap.mjs %D%/test.mjs

# node looks for modules beside the test, so it runs from a copy in the build tree.
check-browser: all
	$(MKDIR_P) browser-test
	cp $(srcdir)/%D%/package.json $(srcdir)/%D%/package-lock.json $(srcdir)/%D%/*.mjs browser-test/
	cd browser-test && { cmp -s package-lock.json installed || { npm ci --no-audit --no-fund && cp package-lock.json installed; }; }
	top_builddir='$(abs_top_builddir)' node browser-test/test.mjs
clean-local: clean-browser
clean-browser:
	rm -rf browser-test
.PHONY: check-browser clean-browser
