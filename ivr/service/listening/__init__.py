"""The process that listens to all callers, so that hearing never delays speaking or waiting."""
