"""The Journal told to people and programs."""
