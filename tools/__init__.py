"""Tools that make files which the package ``ivr`` ships; the tools themselves are not shipped."""
