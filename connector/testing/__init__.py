"""Simulators and conformance suites: what an adapter's author tests against. Never part of a running loop."""
