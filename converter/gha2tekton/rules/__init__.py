"""Mapping rules as data: what actions, commands, runners and images mean and what stands for them."""
