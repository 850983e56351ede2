"""The commands that a person types, where they belong to no other room."""
