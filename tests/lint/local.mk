# Rules of the source that a compiler does not keep.
TESTS += %D%/lint.py
EXTRA_DIST += %D%/lint.py %D%/structure.py %D%/coverage.py %D%/allow.txt
