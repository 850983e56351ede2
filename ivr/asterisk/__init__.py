"""The adapters to Asterisk: FastAGI for control, AudioSocket for audio, AMI for its state."""
