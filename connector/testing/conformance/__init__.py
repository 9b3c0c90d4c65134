"""What every adapter must pass: suites that an author subclasses and gives a world of the platform."""
