"""What every room stands on: settings, clock, embedded PostgreSQL, people, jobs."""
