# Not part of `make check`: these need root, apt and minutes. Each says at its top how it is run.
EXTRA_DIST += %D%/base.sh %D%/debian13.sh %D%/run %D%/checks.sh
EXTRA_DIST += .dockerignore docker/Dockerfile
