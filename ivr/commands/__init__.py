"""What a person types to try the hotline without a PBX, one command a module."""
