# Not part of `make check`: these need root, apt and minutes. Each says at its top how it is run.
EXTRA_DIST += %D%/base.sh %D%/debian13.sh %D%/package.sh %D%/run %D%/checks.sh
EXTRA_DIST += %D%/manifests.py %D%/dashboard.py
EXTRA_DIST += .dockerignore Dockerfile docker/compose.yaml docker/cameras.yaml docker/grafana-dashboard.json \
	docker/kubernetes/one-camera-a-pod.yaml docker/kubernetes/many-cameras.yaml
# By name: what a build of the packages leaves there is not to be packed.
EXTRA_DIST += debian/cam-server-dev.docs debian/cam-server-dev.examples debian/cam-server-dev.install \
	debian/cam-server.README.Debian debian/cam-server.docs debian/cam-server.examples debian/cam-server.install \
	debian/cam-server.manpages debian/cam-server.postrm debian/cam_server.yaml debian/changelog debian/clean \
	debian/control debian/copyright debian/not-installed debian/rules debian/source/format
