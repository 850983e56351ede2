"""What can be heard on the line, from 20 ms frames. Knows no clock, no file and no socket."""
