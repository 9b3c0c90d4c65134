"""One simulator per platform, over real HTTP: it enforces what the platform documents and misbehaves on demand."""
