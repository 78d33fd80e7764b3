dist_doc_DATA += %D%/cam_server.yaml
EXTRA_DIST += %D%/single-camera.yaml %D%/demo.yaml %D%/example.yaml.in
