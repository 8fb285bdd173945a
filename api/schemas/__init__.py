"""What HTTP shows and takes: explicit structs, so that a renamed field of the core never changes the API."""
