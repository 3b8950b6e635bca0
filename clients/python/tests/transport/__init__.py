"""The transport proven from outside: frames over raw sockets, valid and not."""
