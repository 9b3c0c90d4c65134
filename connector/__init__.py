"""leadloop: the engine. It knows no platform by name; platforms live in `adapters`."""

__version__ = "0.1.0"
