"""The engine baker: a natural voice whose neural models run here, without a network."""
