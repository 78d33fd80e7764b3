# Not part of `make check`: these need root, apt and minutes. Each says at its top how it is run.
EXTRA_DIST += %D%/base.sh %D%/debian13.sh %D%/run %D%/checks.sh
EXTRA_DIST += %D%/manifests.py %D%/dashboard.py
EXTRA_DIST += .dockerignore docker/Dockerfile docker/compose.yaml docker/cameras.yaml docker/grafana-dashboard.json \
	docker/kubernetes/one-camera-a-pod.yaml docker/kubernetes/many-cameras.yaml
