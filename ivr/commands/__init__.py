"""The commands of ``ivr`` that belong to no other package, such as ``ivr talk``."""
