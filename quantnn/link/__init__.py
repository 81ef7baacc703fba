"""The host's end of the link to a board. The protocol is described in docs/link.md."""
