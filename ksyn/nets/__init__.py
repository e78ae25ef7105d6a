"""NETWORKS: network code, one family a file."""
