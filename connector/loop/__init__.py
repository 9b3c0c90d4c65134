"""The loop: its steps, and the run that strings them. Each step is safe to stop at any instant and to run again."""
