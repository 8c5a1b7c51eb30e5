"""Containers beside a job's steps, and the steps that run in one."""
