"""Where each step runs and what must be carried to it."""
