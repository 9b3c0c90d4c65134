"""One folder per platform: what only that platform does. Everything shared is in `connector`."""
