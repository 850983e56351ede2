"""Turn recognised text into meaning: the caller's intent and the values they mention. Pure."""
