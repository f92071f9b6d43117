"""The administrative API and the OpenAPI document."""
