"""The Data page: one module per section, and what they share."""
