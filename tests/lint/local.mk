# Rules of the source that a compiler does not keep.
TESTS += %D%/lint.py
EXTRA_DIST += %D%/lint.py %D%/structure.py %D%/coverage.py %D%/allow.txt
# What the tests have to notice.
EXTRA_DIST += tests/mutants/run.py tests/mutants/list.txt
