"""Everything that speaks to Asterisk: FastAGI for control, AudioSocket for the caller's audio."""
