"""Tests of the room that speaks to Asterisk, against small real peers."""
