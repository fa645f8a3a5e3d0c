"""domain: what is allowed and what things mean. Pure: no AWS, no HTTP, no clock and no environment."""
