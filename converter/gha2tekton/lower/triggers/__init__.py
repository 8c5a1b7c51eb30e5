"""What starts runs: GitHub's events as Triggers, schedules as CronJobs, and the rights of both."""
