"""The supply chain: locked packages, their known vulnerabilities, and a bill of materials."""
