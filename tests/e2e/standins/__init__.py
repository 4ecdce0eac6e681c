"""Stand-ins: small servers that speak the protocols of the real providers, and do as each recipient's script says."""
