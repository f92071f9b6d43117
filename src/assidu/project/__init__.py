"""The Django project: settings, urls, and who listens to what."""
